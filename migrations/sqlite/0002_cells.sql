-- Rollups of calls. Derived: as long as the rows are there, they can be made again from them.
-- scope is a guild's number, or 0 for all calls; start counts hours since 1970 in UTC; hours is 1 (an hour) or 24 (a day).
-- meta 'watermark' is the number of the last call that they contain.

CREATE TABLE cells (
    scope             INTEGER NOT NULL,
    hours             INTEGER NOT NULL,
    start             INTEGER NOT NULL,
    model             INTEGER NOT NULL REFERENCES models,
    query_type        INTEGER NOT NULL REFERENCES query_types,
    ok                INTEGER NOT NULL,
    cached            INTEGER NOT NULL,
    cut               INTEGER NOT NULL,
    stopped           INTEGER NOT NULL,
    interrupted       INTEGER NOT NULL,
    rate_limit        INTEGER NOT NULL,
    timeout           INTEGER NOT NULL,
    connection        INTEGER NOT NULL,
    server            INTEGER NOT NULL,
    auth              INTEGER NOT NULL,
    not_found         INTEGER NOT NULL,
    bad_request       INTEGER NOT NULL,
    filtered          INTEGER NOT NULL,
    malformed         INTEGER NOT NULL,
    other             INTEGER NOT NULL,
    attempts          INTEGER NOT NULL,
    retried           INTEGER NOT NULL,
    asked_again       INTEGER NOT NULL,
    wasted_us         INTEGER NOT NULL,
    wasted_nusd       INTEGER NOT NULL,
    written_tokens    INTEGER NOT NULL,
    writing_us        INTEGER NOT NULL,
    input_n           INTEGER NOT NULL,
    input_sum         INTEGER NOT NULL,
    output_n          INTEGER NOT NULL,
    output_sum        INTEGER NOT NULL,
    cache_read_n      INTEGER NOT NULL,
    cache_read_sum    INTEGER NOT NULL,
    cache_write_n     INTEGER NOT NULL,
    cache_write_sum   INTEGER NOT NULL,
    reasoning_n       INTEGER NOT NULL,
    reasoning_sum     INTEGER NOT NULL,
    cost_n            INTEGER NOT NULL,
    cost_sum          INTEGER NOT NULL,
    priced            INTEGER NOT NULL,
    ratings_n         INTEGER NOT NULL,
    ratings_sum       INTEGER NOT NULL,
    PRIMARY KEY (scope, hours, start, model, query_type)
) STRICT, WITHOUT ROWID;

-- Apart from the sums, so that questions about sums never touch these pages.
-- Not without rowids as the others are: there, a histogram would be too long to lie beside its key.
-- kind is 0 for response times, 1 for model times, 2 for times to first token; an empty histogram has no row.
CREATE TABLE cell_times (
    scope      INTEGER NOT NULL,
    hours      INTEGER NOT NULL,
    start      INTEGER NOT NULL,
    model      INTEGER NOT NULL REFERENCES models,
    query_type INTEGER NOT NULL REFERENCES query_types,
    kind       INTEGER NOT NULL,
    histogram  BLOB NOT NULL,
    PRIMARY KEY (scope, hours, start, model, query_type, kind)
) STRICT;

-- Calls by quarter of an hour since 1970: time zones differ by whole quarters, so hours of any zone come out exactly.
CREATE TABLE quarters (
    scope      INTEGER NOT NULL,
    quarter    INTEGER NOT NULL,
    model      INTEGER NOT NULL REFERENCES models,
    query_type INTEGER NOT NULL REFERENCES query_types,
    calls      INTEGER NOT NULL,
    PRIMARY KEY (scope, quarter, model, query_type)
) STRICT, WITHOUT ROWID;
