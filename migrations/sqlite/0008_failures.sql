-- Why attempts failed, four bits each from the lowest on: 1 rate_limit, 2 timeout, 3 connection, 4 server, 5 auth, 6 not_found,
-- 7 bad_request, 8 filtered, 9 malformed, 10 other; the first 15 of them. NULL where none failed, or nobody noted why.
ALTER TABLE calls ADD COLUMN failures INTEGER;
