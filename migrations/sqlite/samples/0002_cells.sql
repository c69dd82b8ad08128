INSERT INTO quarters VALUES (0, 1889065, 1, 1, 1), (1, 1889065, 1, 1, 1);
INSERT INTO cell_times VALUES (0, 1, 472266, 1, 1, 0, x'87ad4b87ad4b87ad4b9f1101');
INSERT INTO meta VALUES ('watermark', 2);
