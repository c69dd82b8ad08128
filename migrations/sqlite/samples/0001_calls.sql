INSERT INTO guilds VALUES (1, 'console');
INSERT INTO channels VALUES (1, 'general');
INSERT INTO users VALUES (1, 'ann');
INSERT INTO sessions VALUES (1, 's1');
INSERT INTO providers VALUES (1, 'anthropic');
INSERT INTO models VALUES (1, 'haiku'), (2, 'claude-haiku-4-5');
INSERT INTO arms VALUES (1, 'held out');
INSERT INTO prices VALUES (1, 'haiku 2025-10-15');
INSERT INTO calls VALUES
    (1, 1700158546680590, 1, 1, 1, 1, 1, 1, 2, 1, 1234567, 1200000, 300000, 350000, 0, 10, 0, 0, 1, 0,
     120, 80, 20, 0, 0, 0, 3, 15, 900, -77, 1, 250, NULL, 1, 420000, 0, NULL, 0, 5, 'm1'),
    (2, -1, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, 5000, 0, 3, 5,
     NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, 5, NULL, 1, NULL, NULL, 0, 60, 1, NULL, NULL);
INSERT INTO previews VALUES (1, 'What is Python?');
INSERT INTO started VALUES (1, 1700158600000000, 1, 1, 1, 1, 1, 1);
INSERT INTO preferences VALUES ('channel', 'general', 'model', 'haiku');
