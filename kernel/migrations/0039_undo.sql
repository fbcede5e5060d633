-- A request that takes back what another has done (K-21).
CREATE TABLE kernel.undo (
  request_id uuid PRIMARY KEY REFERENCES kernel.action_request,
  tenant_id  text,
  undoes     uuid NOT NULL REFERENCES kernel.action_request,
  CHECK (request_id <> undoes)
);
CREATE INDEX undo_of ON kernel.undo (undoes);
CALL kernel.make_append_only('kernel.undo');
CALL kernel.scope_by_tenant('kernel.undo');
GRANT SELECT ON kernel.undo TO countersign_app, countersign_dispatcher, countersign_sequencer, countersign_auditor;

-- Its function stands in kernel/actions/undo-guard.routine.sql.
CREATE FUNCTION kernel.check_undo() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not yet'; END $$;
CREATE TRIGGER check_undo BEFORE INSERT ON kernel.undo FOR EACH ROW EXECUTE FUNCTION kernel.check_undo();
ALTER TABLE kernel.undo ENABLE ALWAYS TRIGGER check_undo;
