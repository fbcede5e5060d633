-- What queues, upstreams and the product itself did in each minute and in each quarter of an hour (T-08, T-10): for
-- charts. Measurements, not evidence: no personal data, and let go of in time (kernel.purge_expired). Quarters, since
-- every time zone in use is some quarters of an hour away from UTC, so that days of anybody's are made of them.
CREATE TABLE kernel.series_point (
  series text NOT NULL CHECK (length(series) BETWEEN 1 AND 64),
  label  text NOT NULL CHECK (length(label) BETWEEN 1 AND 128),   -- whose: a queue, an upstream, a projection …
  step_s integer NOT NULL CHECK (step_s IN (60, 900)),
  at     timestamptz NOT NULL,                                    -- when the step begins
  n      bigint NOT NULL CHECK (n >= 0),                          -- how many were measured
  total  double precision NOT NULL,                               -- of what was measured; seconds where it is a time
  low    double precision,                                        -- none where n = 0
  high   double precision,
  -- Of times: how many fell into which slot (kernel.series_slot); merged by adding them up.
  slots  integer[] NOT NULL DEFAULT '{}',
  counts bigint[] NOT NULL DEFAULT '{}' CHECK (cardinality(counts) = cardinality(slots)),
  PRIMARY KEY (series, label, step_s, at),
  CHECK ((n = 0) = (low IS NULL) AND (n = 0) = (high IS NULL))
);
CREATE INDEX series_point_age ON kernel.series_point (step_s, at);

GRANT SELECT ON kernel.series_point TO countersign_app, countersign_dispatcher, countersign_auditor;
