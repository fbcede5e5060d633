-- Fresh authentication (RFC 9470), and the two ways of acting before others have agreed: the emergency form of an action
-- and break-glass. What each needs is derived from these rows by the guards of transitions, approvals and outbox.

-- How long ago at most an approver may have proved who they are; and when the author of the revision last did.
ALTER TABLE kernel.action_revision ADD COLUMN approval_max_age_s integer CHECK (approval_max_age_s > 0);
ALTER TABLE kernel.action_revision ADD COLUMN authenticated_at timestamptz;

-- An action that is in force at once while its approval is still asked for. It ends by agreement, by rejection, or by
-- lapse of its last term; after the latter two its inverse lifts it.
CREATE TABLE kernel.emergency (
  request_id uuid PRIMARY KEY,
  revision   integer NOT NULL,
  tenant_id  text,
  inverse    text NOT NULL,                    -- the action that lifts it
  step_up_s  integer NOT NULL CHECK (step_up_s > 0),
  limit_s    integer NOT NULL CHECK (limit_s BETWEEN 60 AND 86400),
  FOREIGN KEY (request_id, revision) REFERENCES kernel.action_revision
);

-- The first term is the requester's; each further one that of somebody who may decide on it.
CREATE TABLE kernel.emergency_term (
  request_id uuid NOT NULL REFERENCES kernel.emergency,
  term       integer NOT NULL,
  tenant_id  text,
  person_id  text NOT NULL,
  roles      text[] NOT NULL,
  note       jsonb,                            -- {shown, sealed}
  authenticated_at timestamptz NOT NULL,
  at         timestamptz NOT NULL DEFAULT clock_timestamp(),
  until      timestamptz NOT NULL,
  PRIMARY KEY (request_id, term)
);

CREATE TABLE kernel.emergency_end (
  request_id uuid PRIMARY KEY REFERENCES kernel.emergency,
  tenant_id  text,
  outcome    text NOT NULL CHECK (outcome IN ('agreed', 'rejected', 'lapsed')),
  actor_id   text NOT NULL,
  at         timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- What was done to lift it: requests for the inverse, or why there is nothing to lift (lift_id is null).
CREATE TABLE kernel.emergency_lift (
  request_id uuid NOT NULL REFERENCES kernel.emergency,
  try        integer NOT NULL,
  tenant_id  text,
  lift_id    uuid UNIQUE REFERENCES kernel.action_request,
  why        text NOT NULL,
  at         timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (request_id, try)
);

-- A critical action that one person carried out alone. Who may: the list in the console's approval policy.
CREATE TABLE kernel.break_glass (
  request_id uuid PRIMARY KEY,
  revision   integer NOT NULL,
  tenant_id  text,
  step_up_s  integer NOT NULL CHECK (step_up_s > 0),
  FOREIGN KEY (request_id, revision) REFERENCES kernel.action_revision
);

CALL kernel.make_append_only('kernel.emergency');
CALL kernel.make_append_only('kernel.emergency_term');
CALL kernel.make_append_only('kernel.emergency_end');
CALL kernel.make_append_only('kernel.emergency_lift');
CALL kernel.make_append_only('kernel.break_glass');
CALL kernel.scope_by_tenant('kernel.emergency');
CALL kernel.scope_by_tenant('kernel.emergency_term');
CALL kernel.scope_by_tenant('kernel.emergency_end');
CALL kernel.scope_by_tenant('kernel.emergency_lift');
CALL kernel.scope_by_tenant('kernel.break_glass');
GRANT SELECT ON kernel.emergency, kernel.emergency_term, kernel.emergency_end, kernel.emergency_lift, kernel.break_glass
  TO countersign_app, countersign_dispatcher, countersign_sequencer, countersign_auditor;

-- Triggers whose functions stand in kernel/actions/basis-guard.routine.sql, so that they can be mended.
CREATE FUNCTION kernel.check_emergency_term() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not yet'; END $$;
CREATE FUNCTION kernel.check_emergency_end()  RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not yet'; END $$;
CREATE FUNCTION kernel.check_emergency_lift() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not yet'; END $$;
CREATE TRIGGER check_emergency_term BEFORE INSERT ON kernel.emergency_term
  FOR EACH ROW EXECUTE FUNCTION kernel.check_emergency_term();
CREATE TRIGGER check_emergency_end BEFORE INSERT ON kernel.emergency_end
  FOR EACH ROW EXECUTE FUNCTION kernel.check_emergency_end();
CREATE TRIGGER check_emergency_lift BEFORE INSERT ON kernel.emergency_lift
  FOR EACH ROW EXECUTE FUNCTION kernel.check_emergency_lift();
ALTER TABLE kernel.emergency_term ENABLE ALWAYS TRIGGER check_emergency_term;
ALTER TABLE kernel.emergency_end  ENABLE ALWAYS TRIGGER check_emergency_end;
ALTER TABLE kernel.emergency_lift ENABLE ALWAYS TRIGGER check_emergency_lift;
