-- Events that a projection cannot show, because of a value of theirs: left out and named, so that they hold up nothing
-- behind them. A later event about the same record is shown as ever.
CREATE TABLE kernel.projection_left_out (
  projection text NOT NULL REFERENCES kernel.projection (name),
  position   bigint NOT NULL,
  why        text NOT NULL,
  at         timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (projection, position)
);
GRANT SELECT, INSERT ON kernel.projection_left_out TO countersign_sequencer;
GRANT SELECT ON kernel.projection_left_out TO countersign_app, countersign_dispatcher, countersign_auditor;
