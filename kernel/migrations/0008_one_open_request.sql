-- Two open requests for the same action on the same record would, once both are agreed to, do it twice: each has an
-- idempotency key of its own, so no upstream could tell. One is open at a time, unless the declaration says that the
-- action may run beside itself. What was requested before this rule keeps to the rule of its day.
ALTER TABLE kernel.action_request ADD COLUMN concurrent boolean NOT NULL DEFAULT true;
ALTER TABLE kernel.action_request ALTER COLUMN concurrent SET DEFAULT false;
CREATE UNIQUE INDEX action_request_one_open ON kernel.action_request (type, target_kind, target_id)
  WHERE NOT concurrent AND state IN ('pending', 'authorized', 'dispatching', 'outcome_unknown');

-- As before, and what was asked for stays as it was asked for in every column.
CREATE OR REPLACE FUNCTION kernel.guard_request() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  before kernel.action_request := OLD;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state IS NOT NULL OR NEW.transitions <> 0 THEN
      RAISE EXCEPTION 'a request begins without a state; insert its first transition'
        USING ERRCODE = 'CS409', CONSTRAINT = 'illegal_transition';
    END IF;
    RETURN NEW;
  END IF;
  -- 2: the UPDATE inside check_transition, itself fired by an INSERT of a transition.
  IF TG_OP = 'UPDATE' AND pg_trigger_depth() >= 2 AND NEW.transitions = OLD.transitions + 1 THEN
    before.state := NEW.state;
    before.state_at := NEW.state_at;
    before.revision := NEW.revision;
    before.transitions := NEW.transitions;
    IF before IS NOT DISTINCT FROM NEW THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'kernel.action_request: % is refused', TG_OP
    USING ERRCODE = 'restrict_violation',
          HINT = 'A request moves by inserting an action_transition; use the governed action.';
END
$$;
