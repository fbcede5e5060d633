-- What each worker does again and again, and how its last round went (T-10): the last word of each, for the page. Lost with a
-- crash of the database, and said anew five seconds later.
CREATE UNLOGGED TABLE kernel.duty_report (
  process     text NOT NULL CHECK (length(process) BETWEEN 1 AND 200),
  duty        text NOT NULL CHECK (length(duty) BETWEEN 1 AND 100),
  rounds      bigint NOT NULL,                   -- since the process started
  failing     integer NOT NULL,                  -- rounds that failed one after the other up to now
  began_at    timestamptz,                       -- the last round
  took_ms     double precision,                  -- null while the first is under way
  failed_at   timestamptz,
  failure     text CHECK (length(failure) <= 100), -- a code; the words are in the worker's log
  reported_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (process, duty)
);

GRANT SELECT ON kernel.duty_report TO countersign_app, countersign_dispatcher, countersign_auditor;
