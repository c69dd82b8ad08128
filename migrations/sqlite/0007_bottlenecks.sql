-- What was found to take time or money without need, each thing once for each place, in place of the older table, which becomes a
-- view with the columns it had. place_kind is 'all' (then place is empty), 'guild' or 'user'; subject is the model or provider
-- that it is about, or empty. Times are microseconds since 1970 in UTC.

CREATE TABLE found_bottlenecks (
    id                INTEGER PRIMARY KEY,
    place_kind        TEXT NOT NULL,
    place             TEXT NOT NULL,
    issue_type        TEXT NOT NULL,
    subject           TEXT NOT NULL,
    first_seen        INTEGER NOT NULL,
    last_seen         INTEGER NOT NULL,
    impact_ms         INTEGER,
    frequency_percent REAL,
    recommendation    TEXT,
    UNIQUE (place_kind, place, issue_type, subject)
) STRICT;

DROP TABLE bottlenecks;

-- For any SQL tool. Times as in performance_metrics: when it was last found.
CREATE VIEW bottlenecks (id, detected_at, issue_type, impact_ms, frequency_percent, recommendation) AS
SELECT id,
       strftime('%Y-%m-%dT%H:%M:%S', (last_seen - micros) / 1000000, 'unixepoch') || printf('.%06dZ', micros),
       issue_type,
       impact_ms,
       frequency_percent,
       recommendation
FROM (SELECT *, (last_seen % 1000000 + 1000000) % 1000000 AS micros FROM found_bottlenecks);
