-- One request over many records (K-19). The request is about itself (target: request, its own id); its rows say on which
-- records, and what of each. Once it is authorised each row becomes a request of its own, on the signatures of the whole.

-- Written with the request, and never added to: its digest covers the hash of all of them.
CREATE TABLE kernel.bulk_row (
  request_id     uuid NOT NULL REFERENCES kernel.action_request,
  position       integer NOT NULL CHECK (position BETWEEN 1 AND 1000),
  tenant_id      text,
  target_kind    text NOT NULL,
  target_id      text NOT NULL,
  target_version text,
  input          jsonb NOT NULL,               -- sealed under the key of this row's record
  decided        jsonb NOT NULL,
  connector      text NOT NULL,
  attributes     jsonb NOT NULL,
  preview        jsonb NOT NULL,               -- what the requester was shown of it
  PRIMARY KEY (request_id, position),
  UNIQUE (request_id, target_kind, target_id)
);
CREATE INDEX bulk_row_target ON kernel.bulk_row (target_kind, target_id);

-- What became of a row: the request that it is, or why there is none.
CREATE TABLE kernel.bulk_child (
  request_id uuid NOT NULL,
  position   integer NOT NULL,
  tenant_id  text,
  child_id   uuid UNIQUE REFERENCES kernel.action_request,
  why        text,
  at         timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (request_id, position),
  FOREIGN KEY (request_id, position) REFERENCES kernel.bulk_row,
  CHECK ((child_id IS NULL) = (why IS NOT NULL))
);

CALL kernel.make_append_only('kernel.bulk_row');
CALL kernel.make_append_only('kernel.bulk_child');
CALL kernel.scope_by_tenant('kernel.bulk_row');
CALL kernel.scope_by_tenant('kernel.bulk_child');
GRANT SELECT ON kernel.bulk_row, kernel.bulk_child
  TO countersign_app, countersign_dispatcher, countersign_sequencer, countersign_auditor;

-- Triggers whose functions stand in kernel/bulk/bulk-guard.routine.sql, so that they can be mended.
CREATE FUNCTION kernel.check_bulk_row()   RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not yet'; END $$;
CREATE FUNCTION kernel.check_bulk_child() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not yet'; END $$;
CREATE TRIGGER check_bulk_row BEFORE INSERT ON kernel.bulk_row
  FOR EACH ROW EXECUTE FUNCTION kernel.check_bulk_row();
CREATE TRIGGER check_bulk_child BEFORE INSERT ON kernel.bulk_child
  FOR EACH ROW EXECUTE FUNCTION kernel.check_bulk_child();
ALTER TABLE kernel.bulk_row   ENABLE ALWAYS TRIGGER check_bulk_row;
ALTER TABLE kernel.bulk_child ENABLE ALWAYS TRIGGER check_bulk_child;
