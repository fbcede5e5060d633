-- A signature that the record has moved away from by more than the rule allows (K-40): it counts no more, whatever the
-- record does next. Who wanted to sign next found it so.
CREATE TABLE kernel.voided_approval (
  request_id   uuid NOT NULL,
  revision     integer NOT NULL,
  person_id    text NOT NULL,                  -- whose signature
  tenant_id    text,
  found_by     text NOT NULL,
  found_version text,                          -- of the record, then
  drift        jsonb NOT NULL,                 -- [{label, was, now}] of its preview; empty where there was none to compare
  at           timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (request_id, revision, person_id),
  FOREIGN KEY (request_id, revision, person_id) REFERENCES kernel.action_approval
);
CALL kernel.make_append_only('kernel.voided_approval');
CALL kernel.scope_by_tenant('kernel.voided_approval');
GRANT SELECT ON kernel.voided_approval
  TO countersign_app, countersign_dispatcher, countersign_sequencer, countersign_auditor;

-- Its function stands in kernel/approvals/voided-approval-guard.routine.sql.
CREATE FUNCTION kernel.check_voided_approval() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not yet'; END $$;
CREATE TRIGGER check_voided_approval BEFORE INSERT ON kernel.voided_approval
  FOR EACH ROW EXECUTE FUNCTION kernel.check_voided_approval();
ALTER TABLE kernel.voided_approval ENABLE ALWAYS TRIGGER check_voided_approval;
