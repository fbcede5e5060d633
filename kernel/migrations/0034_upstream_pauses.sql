-- Upstreams to which nothing is sent for now (O-15). The governed action appends the event; the trigger makes of it, in
-- the same transaction, the row that every dispatcher looks at before it takes a lease.
CREATE TABLE kernel.upstream_pause (
  upstream   text PRIMARY KEY CHECK (length(upstream) BETWEEN 1 AND 64),
  paused_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  paused_by  text NOT NULL,
  reason     text NOT NULL,
  request_id uuid NOT NULL
);

CREATE FUNCTION kernel.apply_upstream_event() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not yet'; END $$;
CREATE TRIGGER apply_upstream_event AFTER INSERT ON kernel.event
  FOR EACH ROW WHEN (NEW.type IN ('kernel.upstream.paused', 'kernel.upstream.resumed'))
  EXECUTE FUNCTION kernel.apply_upstream_event();
ALTER TABLE kernel.event ENABLE ALWAYS TRIGGER apply_upstream_event;

-- How each process finds each upstream, and its own clock beside the database's: the last word of each, for the page and
-- the alarms. Lost with a crash of the database, and said anew two seconds later.
CREATE UNLOGGED TABLE kernel.process_report (
  process        text PRIMARY KEY CHECK (length(process) BETWEEN 1 AND 200),
  clock_ahead_ms bigint NOT NULL,
  reported_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNLOGGED TABLE kernel.upstream_report (
  process        text NOT NULL REFERENCES kernel.process_report ON DELETE CASCADE,
  upstream       text NOT NULL CHECK (length(upstream) BETWEEN 1 AND 64),
  circuit        text NOT NULL CHECK (circuit IN ('closed', 'open', 'half_open')),
  next_probe_at  timestamptz,
  calls          integer NOT NULL,             -- of the last minutes (CALL_WINDOW_MS)
  failures       integer NOT NULL,
  answered_at    timestamptz,
  failed_at      timestamptz,
  last_failure   text,                          -- in our own words
  health         text,                          -- as it says itself; null where it was not asked or did not say
  clock_ahead_ms bigint,                        -- its Date beside the process's clock; null where it sends none
  PRIMARY KEY (process, upstream)
);

GRANT SELECT ON kernel.upstream_pause, kernel.process_report, kernel.upstream_report
  TO countersign_app, countersign_dispatcher, countersign_auditor;
