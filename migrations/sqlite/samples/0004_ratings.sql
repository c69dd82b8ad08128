INSERT INTO users VALUES (2, 'bob');
INSERT INTO ratings VALUES (1, 2, 1);
UPDATE calls SET others_ratings_n = 1, others_ratings_sum = 1 WHERE id = 1;
