-- An effect of which nobody knows whether it happened is asked about until its upstream can say, or until people have
-- looked and agree (kernel.resolve_outcome). Its outbox row so stays open; it is never sent again.

-- The approved request by which people said what came of it.
ALTER TABLE kernel.effect_outcome ADD COLUMN resolution_id uuid REFERENCES kernel.action_request;

-- Of one request: what people have agreed came of its effect. Who asked for the effect has no say in it, on either side.
CREATE FUNCTION kernel.approved_resolution(p_request uuid)
RETURNS TABLE (resolution_id uuid, outcome text)
LANGUAGE sql STABLE AS $$
  SELECT r.request_id, v.decided ->> 'outcome'
    FROM kernel.action_request q
    JOIN kernel.action_request r ON r.target_kind = 'request' AND r.target_id = q.request_id::text
                                AND r.type = 'kernel.resolve_outcome' AND r.state = 'executed'
    JOIN kernel.action_revision v ON v.request_id = r.request_id AND v.revision = r.revision
   WHERE q.request_id = p_request AND q.state = 'outcome_unknown'
     AND r.requested_by <> q.requested_by AND v.created_by <> q.requested_by
     AND (SELECT count(DISTINCT a.person_id)
            FROM kernel.action_approval a
           WHERE a.request_id = v.request_id AND a.revision = v.revision AND a.decision = 'approve'
             AND a.digest = v.digest AND a.person_id NOT IN (q.requested_by, r.requested_by))
         >= greatest(v.required_approvals, 1)
   ORDER BY r.created_at
   LIMIT 1
$$;

-- An outcome that names a resolution says what that resolution said.
CREATE FUNCTION kernel.check_resolved_outcome() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
       SELECT FROM kernel.approved_resolution(NEW.request_id) r
        WHERE r.resolution_id = NEW.resolution_id
          AND NEW.outcome = CASE r.outcome WHEN 'executed' THEN 'done' WHEN 'failed' THEN 'refused' END) THEN
    RAISE EXCEPTION 'request % is not resolved so by request %', NEW.request_id, NEW.resolution_id
      USING ERRCODE = 'CS409', CONSTRAINT = 'not_resolved';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER check_resolved_outcome BEFORE INSERT ON kernel.effect_outcome
  FOR EACH ROW WHEN (NEW.resolution_id IS NOT NULL) EXECUTE FUNCTION kernel.check_resolved_outcome();
ALTER TABLE kernel.effect_outcome ENABLE ALWAYS TRIGGER check_resolved_outcome;

-- Who asked for an effect does not sign what came of it.
CREATE FUNCTION kernel.check_resolver() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM kernel.action_request r
               JOIN kernel.action_request q ON q.request_id::text = r.target_id
              WHERE r.request_id = NEW.request_id AND r.type = 'kernel.resolve_outcome'
                AND r.target_kind = 'request' AND q.requested_by = NEW.person_id) THEN
    RAISE EXCEPTION 'who asked for it has no say in what came of it'
      USING ERRCODE = 'CS403', CONSTRAINT = 'own_outcome';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER check_resolver BEFORE INSERT ON kernel.action_approval
  FOR EACH ROW EXECUTE FUNCTION kernel.check_resolver();
ALTER TABLE kernel.action_approval ENABLE ALWAYS TRIGGER check_resolver;

-- What was left to a person before this rule is asked about again.
ALTER TABLE kernel.outbox DISABLE TRIGGER check_outbox;
UPDATE kernel.outbox o
   SET settled_at = NULL, lease_until = NULL, lease_holder = NULL, available_at = clock_timestamp()
  FROM kernel.action_request q
 WHERE q.request_id = o.request_id AND q.revision = o.revision AND q.state = 'outcome_unknown';
ALTER TABLE kernel.outbox ENABLE ALWAYS TRIGGER check_outbox;

-- What is due is asked for by connector, so that none waits behind another.
CREATE INDEX outbox_due_by_connector ON kernel.outbox (connector, available_at) WHERE settled_at IS NULL;
DROP INDEX kernel.outbox_due;
DROP FUNCTION IF EXISTS kernel.due_effects(integer, text[]);
