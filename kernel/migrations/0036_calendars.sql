-- The SLA clock of queues in business hours (K-26). Both are declared in code and written by `migrate`.
CREATE TABLE kernel.calendar (
  name      text PRIMARY KEY,                    -- console.word
  time_zone text NOT NULL
);

-- When a calendar is open: one row a business day, in absolute time.
CREATE TABLE kernel.calendar_span (
  calendar   text NOT NULL REFERENCES kernel.calendar,
  opens_at   timestamptz NOT NULL,
  closes_at  timestamptz NOT NULL,
  cut_off_at timestamptz NOT NULL,               -- what comes then or later counts from the next opening on
  worked_s   bigint NOT NULL,                    -- seconds that it was open before opens_at
  PRIMARY KEY (calendar, opens_at),
  CHECK (opens_at < closes_at AND opens_at < cut_off_at AND cut_off_at <= closes_at)
);
CREATE UNIQUE INDEX calendar_span_cut_off ON kernel.calendar_span (calendar, cut_off_at);
CREATE UNIQUE INDEX calendar_span_worked ON kernel.calendar_span (calendar, worked_s);

CREATE TABLE kernel.queue (
  name       text PRIMARY KEY,                   -- console.word
  item_table text NOT NULL,
  projection text NOT NULL,                      -- that fills it
  calendar   text REFERENCES kernel.calendar,    -- none: hours of the clock, day and night
  sla_s      integer NOT NULL CHECK (sla_s > 0)  -- seconds in which an item should be dealt with
);

GRANT SELECT ON kernel.calendar, kernel.calendar_span, kernel.queue
  TO countersign_app, countersign_dispatcher, countersign_sequencer, countersign_auditor;
