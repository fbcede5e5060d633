-- Sanctions lists as they were published, by what is on them. Public, and of the whole installation: they name no party of ours.
CREATE TABLE transfers.staged_list (
  sha256    text PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  list      text NOT NULL,
  published date NOT NULL,
  entries   integer NOT NULL CHECK (entries > 0),
  names     integer NOT NULL,
  parts     integer NOT NULL CHECK (parts BETWEEN 1 AND 1000),
  staged_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  staged_by text NOT NULL
);
CREATE INDEX staged_list_by_list ON transfers.staged_list (list, staged_at DESC);

CREATE TABLE transfers.staged_list_part (
  sha256  text NOT NULL REFERENCES transfers.staged_list ON DELETE CASCADE,
  n       integer NOT NULL,
  entries jsonb NOT NULL,
  PRIMARY KEY (sha256, n)
);

GRANT SELECT ON transfers.staged_list, transfers.staged_list_part
  TO countersign_app, countersign_dispatcher, countersign_sequencer, countersign_auditor;
