-- Calls, the names that stand in them as small numbers, and what belongs to single calls.
-- References between tables are written down for readers; the writer makes every number itself and does not check them.

PRAGMA application_id = 0x70657266; -- "perf"

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE guilds    (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE channels  (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE users     (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE sessions  (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE providers (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE models    (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE arms      (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE prices    (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE query_types (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
INSERT INTO query_types VALUES (0, 'code'), (1, 'question'), (2, 'chat'), (3, 'reasoning'), (4, 'creative'), (5, 'other');

CREATE TABLE outcomes (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
INSERT INTO outcomes VALUES
    (0, 'ok'), (1, 'cached'), (2, 'cut'), (3, 'stopped'), (4, 'interrupted'), (5, 'rate_limit'), (6, 'timeout'),
    (7, 'connection'), (8, 'server'), (9, 'auth'), (10, 'not_found'), (11, 'bad_request'), (12, 'filtered'),
    (13, 'malformed'), (14, 'other');

CREATE TABLE usage_sources (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
INSERT INTO usage_sources VALUES (0, 'absent'), (1, 'estimated'), (2, 'partial'), (3, 'reported');

-- One row a call. Times are whole microseconds (at: since 1970 in UTC), money whole nano-dollars, complexity
-- thousandths; NULL is unknown, which is not zero.
CREATE TABLE calls (
    id              INTEGER PRIMARY KEY,
    at              INTEGER NOT NULL,
    guild           INTEGER REFERENCES guilds,
    channel         INTEGER REFERENCES channels,
    user            INTEGER REFERENCES users,
    session         INTEGER REFERENCES sessions,
    provider        INTEGER REFERENCES providers,
    model           INTEGER NOT NULL REFERENCES models,
    answered_by     INTEGER REFERENCES models,
    arm             INTEGER REFERENCES arms,
    response_us     INTEGER,
    model_us        INTEGER,
    ttft_us         INTEGER,
    visible_ttft_us INTEGER,
    back_off_us     INTEGER NOT NULL,
    queue_us        INTEGER,
    failed_us       INTEGER NOT NULL,
    chat_wait_us    INTEGER NOT NULL,
    attempts        INTEGER NOT NULL,
    outcome         INTEGER NOT NULL REFERENCES outcomes,
    input_tokens    INTEGER,
    output_tokens   INTEGER,
    cache_read_tokens     INTEGER,
    cache_write_5m_tokens INTEGER,
    cache_write_1h_tokens INTEGER,
    reasoning_tokens      INTEGER,
    usage_source    INTEGER NOT NULL REFERENCES usage_sources,
    context_messages INTEGER,
    context_tokens  INTEGER,
    prompt_hash     INTEGER,
    query_type      INTEGER NOT NULL REFERENCES query_types,
    complexity      INTEGER,
    again_of        INTEGER,
    price           INTEGER REFERENCES prices,
    cost_nusd       INTEGER,
    failed_cost_nusd INTEGER NOT NULL,
    repeat_after_s  INTEGER,
    asked_again     INTEGER NOT NULL,
    rating          INTEGER,
    message         TEXT
) STRICT;

-- The only index: rows arrive in the order of time, so it only grows at its end.
CREATE INDEX calls_at ON calls (at);

-- Apart, because a preview is longer than its row and lives shorter.
CREATE TABLE previews (
    call INTEGER PRIMARY KEY REFERENCES calls,
    text TEXT NOT NULL
) STRICT;

-- Calls that were begun and have not ended; what is found here at start was interrupted.
CREATE TABLE started (
    ticket     INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    guild      INTEGER REFERENCES guilds,
    channel    INTEGER REFERENCES channels,
    user       INTEGER REFERENCES users,
    provider   INTEGER REFERENCES providers,
    model      INTEGER NOT NULL REFERENCES models,
    query_type INTEGER NOT NULL REFERENCES query_types
) STRICT;

CREATE TABLE preferences (
    place_kind TEXT NOT NULL, -- channel, user
    place      TEXT NOT NULL,
    preference TEXT NOT NULL, -- model, context_messages, monitor
    value      TEXT NOT NULL,
    PRIMARY KEY (place_kind, place, preference)
) STRICT, WITHOUT ROWID;

-- For any SQL tool. Always six decimals of a second, so that text sorts as time does.
CREATE VIEW performance_metrics (
    id, timestamp, user_id, model, query_type, response_time_ms, input_tokens, output_tokens, cost_usd, context_size
) AS
SELECT calls.id,
       strftime('%Y-%m-%dT%H:%M:%S', (at - micros) / 1000000, 'unixepoch') || printf('.%06dZ', micros),
       users.name,
       models.name,
       query_types.name,
       (response_us + 500) / 1000,
       input_tokens,
       output_tokens,
       cost_nusd / 1e9,
       context_messages
FROM (SELECT *, (at % 1000000 + 1000000) % 1000000 AS micros FROM calls) AS calls
JOIN models ON models.id = calls.model
JOIN query_types ON query_types.id = calls.query_type
LEFT JOIN users ON users.id = calls.user;

CREATE TABLE bottlenecks (
    id                INTEGER PRIMARY KEY,
    detected_at       TEXT NOT NULL,
    issue_type        TEXT NOT NULL,
    impact_ms         INTEGER,
    frequency_percent REAL,
    recommendation    TEXT
) STRICT;
