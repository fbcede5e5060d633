-- Who asked for an effect has no say in what came of it, on either side and with none of their accounts.
CREATE OR REPLACE FUNCTION kernel.approved_resolution(p_request uuid)
RETURNS TABLE (resolution_id uuid, outcome text)
LANGUAGE sql STABLE AS $$
  SELECT r.request_id, v.decided ->> 'outcome'
    FROM kernel.action_request q
    JOIN kernel.action_request r ON r.target_kind = 'request' AND r.target_id = q.request_id::text
                                AND r.type = 'kernel.resolve_outcome' AND r.state = 'executed'
    JOIN kernel.action_revision v ON v.request_id = r.request_id AND v.revision = r.revision
   WHERE q.request_id = p_request AND q.state = 'outcome_unknown'
     AND NOT r.requested_by = ANY (kernel.accounts_of(q.requested_by))
     AND NOT v.created_by = ANY (kernel.accounts_of(q.requested_by))
     AND (SELECT count(DISTINCT kernel.human_of(a.person_id))
            FROM kernel.standing_approval a
           WHERE a.request_id = v.request_id AND a.revision = v.revision
             AND a.digest = v.digest
             AND NOT a.person_id = ANY (kernel.accounts_of(q.requested_by) || kernel.accounts_of(r.requested_by)))
         >= greatest(v.required_approvals, 1)
   ORDER BY r.created_at
   LIMIT 1
$$;

CREATE OR REPLACE FUNCTION kernel.check_resolver() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM kernel.action_request r
               JOIN kernel.action_request q ON q.request_id::text = r.target_id
              WHERE r.request_id = NEW.request_id AND r.type = 'kernel.resolve_outcome' AND r.target_kind = 'request'
                AND q.requested_by = ANY (kernel.accounts_of(NEW.person_id))) THEN
    RAISE EXCEPTION 'who asked for it has no say in what came of it'
      USING ERRCODE = 'CS403', CONSTRAINT = 'own_outcome';
  END IF;
  RETURN NEW;
END
$$;
