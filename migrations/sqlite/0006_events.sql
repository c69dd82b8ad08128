-- What happened beside calls, and figures that were fixed as usual. place_kind is 'all' (then place is empty), 'guild' or
-- 'user'; names stand here as they are, since there are few rows.

CREATE TABLE events (
    id         INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    place_kind TEXT NOT NULL,
    place      TEXT NOT NULL,
    by_user    TEXT,
    subject    TEXT NOT NULL,
    before     TEXT,
    after      TEXT
) STRICT;
CREATE INDEX events_at ON events (at);

-- data is JSON.
CREATE TABLE baselines (
    place_kind TEXT NOT NULL,
    place      TEXT NOT NULL,
    name       TEXT NOT NULL,
    data       TEXT NOT NULL,
    PRIMARY KEY (place_kind, place, name)
) STRICT, WITHOUT ROWID;

-- What the program ran with when it was last started, as JSON.
CREATE TABLE setup (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    data     TEXT NOT NULL
) STRICT;
