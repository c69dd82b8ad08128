-- What is kept of stretches of time, in place of the older rollups. Derived: as long as the rows are there, all of it can be
-- made again from them. Each table holds one part of each slot, in a form of perfbot's own.
-- scope is a guild's number, or 0 for all calls; start counts hours since 1970 in UTC; hours is 1 (an hour) or 24 (a day).
-- meta 'watermark' is the number of the last call that the slots contain.

DROP TABLE cells;
DROP TABLE cell_times;
DROP TABLE quarters;
DELETE FROM meta WHERE key = 'watermark';

-- Counts and sums: of all, by model, by model and type.
CREATE TABLE slot_sums (
    scope INTEGER NOT NULL,
    hours INTEGER NOT NULL,
    start INTEGER NOT NULL,
    data  BLOB NOT NULL,
    PRIMARY KEY (scope, hours, start)
) STRICT;

-- Histograms of times without regard to types: response times by model, the others of all calls.
CREATE TABLE slot_times (
    scope INTEGER NOT NULL,
    hours INTEGER NOT NULL,
    start INTEGER NOT NULL,
    data  BLOB NOT NULL,
    PRIMARY KEY (scope, hours, start)
) STRICT;

-- Histograms of times by model and type.
CREATE TABLE slot_detail (
    scope INTEGER NOT NULL,
    hours INTEGER NOT NULL,
    start INTEGER NOT NULL,
    data  BLOB NOT NULL,
    PRIMARY KEY (scope, hours, start)
) STRICT;

-- The slowest calls of each model.
CREATE TABLE slot_slowest (
    scope INTEGER NOT NULL,
    hours INTEGER NOT NULL,
    start INTEGER NOT NULL,
    data  BLOB NOT NULL,
    PRIMARY KEY (scope, hours, start)
) STRICT;

-- Prompts that had been asked before, and how often they were asked again.
CREATE TABLE slot_repeated (
    scope INTEGER NOT NULL,
    hours INTEGER NOT NULL,
    start INTEGER NOT NULL,
    data  BLOB NOT NULL,
    PRIMARY KEY (scope, hours, start)
) STRICT;

-- How many different people asked.
CREATE TABLE slot_people (
    scope INTEGER NOT NULL,
    hours INTEGER NOT NULL,
    start INTEGER NOT NULL,
    data  BLOB NOT NULL,
    PRIMARY KEY (scope, hours, start)
) STRICT;

-- A few sums by quarter of an hour, for hours and days of any time zone; hours is always 24.
CREATE TABLE quarters (
    scope INTEGER NOT NULL,
    hours INTEGER NOT NULL,
    start INTEGER NOT NULL,
    data  BLOB NOT NULL,
    PRIMARY KEY (scope, hours, start)
) STRICT;

-- Who asked stands in the index of times too: the calls of one person in a window are found without their rows.
DROP INDEX calls_at;
CREATE INDEX calls_at ON calls (at, user, guild);

-- Which calls are whose, in blocks of 8,192 numbers: block n holds the calls from 8,192 n + 1 on. Blocks are made once they are
-- full, all up to meta 'people'. ids are the gaps between the numbers.
CREATE TABLE people_blocks (
    block    INTEGER PRIMARY KEY,
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL
) STRICT;
CREATE TABLE people_calls (
    block INTEGER NOT NULL,
    user  INTEGER NOT NULL REFERENCES users,
    ids   BLOB NOT NULL,
    PRIMARY KEY (block, user)
) STRICT, WITHOUT ROWID;

-- A few sums of what the calls in these blocks came to, by UTC day (since 1970), person and guild (0 for none).
CREATE TABLE people_sums (
    day   INTEGER NOT NULL,
    user  INTEGER NOT NULL REFERENCES users,
    guild INTEGER NOT NULL,
    data  BLOB NOT NULL,
    PRIMARY KEY (day, user, guild)
) STRICT, WITHOUT ROWID;

-- What a call that has begun is expected to cost, should nobody ever hear of it again.
ALTER TABLE started ADD COLUMN context_messages INTEGER;
ALTER TABLE started ADD COLUMN input_tokens INTEGER;
ALTER TABLE started ADD COLUMN input_nusd INTEGER;
ALTER TABLE started ADD COLUMN output_nusd INTEGER; -- of 1,000 tokens
