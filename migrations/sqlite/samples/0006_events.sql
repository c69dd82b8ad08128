INSERT INTO events VALUES
    (1, 1700158546680590, 'model_switched', 'guild', 'console', 'ann', 'general', 'haiku', 'sonnet'),
    (2, 1700158600000000, 'note', 'all', '', 'owner', '', NULL, 'moved to the new host');
INSERT INTO baselines VALUES ('all', '', 'baseline', '{}');
INSERT INTO setup VALUES (1, '{"version":"0.1.0","models":{}}');
