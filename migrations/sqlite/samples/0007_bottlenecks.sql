INSERT INTO found_bottlenecks VALUES
    (1, 'all', '', 'repeats_not_cached', '', 1700158546680590, 1700158600000000, 1234, 15.5, 'Cache common queries'),
    (2, 'guild', 'console', 'dear_model', 'sonnet', 1700158600000000, 1700158600000000, NULL, 25.0, NULL);
