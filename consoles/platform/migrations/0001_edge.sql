-- The console's own tables: all of them projections, so all of them can be thrown away and rebuilt.
CREATE SCHEMA IF NOT EXISTS platform;
GRANT USAGE ON SCHEMA platform
  TO countersign_app, countersign_dispatcher, countersign_sequencer, countersign_auditor;

-- Limits and lists as they were last heard of: what the console itself enforces, and what is shown while the edge is away.
CREATE TABLE platform.edge_record (
  kind    text NOT NULL CHECK (kind IN ('rate_limit', 'allowlist')),
  id      text NOT NULL,
  version integer NOT NULL,
  at      timestamptz NOT NULL,              -- when we learnt of this version
  active  boolean NOT NULL,
  console text,                              -- whose operators it is of; absent: of merchants
  record  jsonb NOT NULL,
  PRIMARY KEY (kind, id)
);
CREATE INDEX edge_record_enforced ON platform.edge_record (console) WHERE active AND console IS NOT NULL;
GRANT SELECT ON platform.edge_record TO countersign_app, countersign_dispatcher, countersign_auditor;
GRANT SELECT, INSERT, UPDATE, DELETE ON platform.edge_record TO countersign_sequencer;
