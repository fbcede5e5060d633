-- An action that is agreed to now and carried out later (K-42). Its effect is not due before; the guard of transitions
-- says the same.
ALTER TABLE kernel.action_revision ADD COLUMN scheduled_for timestamptz;
CREATE INDEX action_revision_scheduled ON kernel.action_revision (scheduled_for) WHERE scheduled_for IS NOT NULL;

-- Who asked for it wants it no more, after it was agreed to and before it is due.
CREATE TABLE kernel.withdrawal (
  request_id uuid PRIMARY KEY REFERENCES kernel.action_request,
  tenant_id  text,
  person_id  text NOT NULL,
  note       jsonb,                            -- {shown, sealed}
  at         timestamptz NOT NULL DEFAULT clock_timestamp()
);
CALL kernel.make_append_only('kernel.withdrawal');
CALL kernel.scope_by_tenant('kernel.withdrawal');
GRANT SELECT ON kernel.withdrawal TO countersign_app, countersign_dispatcher, countersign_sequencer, countersign_auditor;

-- Its function stands in kernel/schedule/schedule-guard.routine.sql.
CREATE FUNCTION kernel.check_withdrawal() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not yet'; END $$;
CREATE TRIGGER check_withdrawal BEFORE INSERT ON kernel.withdrawal
  FOR EACH ROW EXECUTE FUNCTION kernel.check_withdrawal();
ALTER TABLE kernel.withdrawal ENABLE ALWAYS TRIGGER check_withdrawal;
