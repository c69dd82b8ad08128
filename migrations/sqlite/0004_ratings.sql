-- Ratings by people who did not ask: each counts. The rating of who asked stays in calls.rating.
ALTER TABLE calls ADD COLUMN others_ratings_n INTEGER NOT NULL DEFAULT 0;
ALTER TABLE calls ADD COLUMN others_ratings_sum INTEGER NOT NULL DEFAULT 0;

-- Whose they are, so that the last one of each person counts and can be withdrawn.
CREATE TABLE ratings (
    call  INTEGER NOT NULL REFERENCES calls,
    user  INTEGER NOT NULL REFERENCES users,
    score INTEGER NOT NULL,
    PRIMARY KEY (call, user)
) STRICT, WITHOUT ROWID;
