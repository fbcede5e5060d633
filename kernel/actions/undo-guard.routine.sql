-- What takes a request back: of one that was executed, on the same record (over many: on records to which it was done),
-- and of each at most one that is open, or after which nothing of it stands.
CREATE OR REPLACE FUNCTION kernel.check_undo() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  undo   kernel.action_request;
  undone kernel.action_request;
BEGIN
  SELECT * INTO STRICT undo FROM kernel.action_request WHERE request_id = NEW.request_id;
  -- Held, so that two at once are seen by one another.
  SELECT * INTO undone FROM kernel.action_request WHERE request_id = NEW.undoes FOR UPDATE;
  IF undone.state IS DISTINCT FROM 'executed' OR undo.state IS NOT NULL
     OR undo.tenant_id IS DISTINCT FROM undone.tenant_id
     OR (CASE WHEN kernel.is_bulk(undo) AND kernel.is_bulk(undone)
              THEN kernel.exceeds_done(undo.request_id, undone.request_id)
              ELSE (undo.target_kind, undo.target_id) IS DISTINCT FROM (undone.target_kind, undone.target_id) END) THEN
    RAISE EXCEPTION 'request % is not one that this takes back', NEW.undoes
      USING ERRCODE = 'CS409', CONSTRAINT = 'not_undoable';
  END IF;
  IF kernel.undone_by(NEW.undoes) IS NOT NULL THEN
    RAISE EXCEPTION 'request % has been taken back, or is being', NEW.undoes
      USING ERRCODE = 'CS409', CONSTRAINT = 'already_undone';
  END IF;
  RETURN NEW;
END
$$;

-- Whether a request over many records names one to which another has done nothing.
CREATE OR REPLACE FUNCTION kernel.exceeds_done(p_undo uuid, p_undone uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT FROM kernel.bulk_row mine
     WHERE mine.request_id = p_undo
       AND NOT EXISTS (SELECT FROM kernel.bulk_row r
                         JOIN kernel.bulk_child c USING (request_id, position)
                         JOIN kernel.action_request one ON one.request_id = c.child_id
                        WHERE r.request_id = p_undone AND one.state = 'executed'
                          AND (r.target_kind, r.target_id) = (mine.target_kind, mine.target_id)))
$$;

-- Whether of what a request over many has done anything stands: a row that nothing takes back, or has. Of a request over one
-- record nothing does.
CREATE OR REPLACE FUNCTION kernel.has_standing_rows(p_request uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT FROM kernel.bulk_child c
      JOIN kernel.action_request one ON one.request_id = c.child_id
     WHERE c.request_id = p_request AND one.state = 'executed'
       AND NOT EXISTS (SELECT FROM kernel.undo u JOIN kernel.action_request q USING (request_id)
                        WHERE u.undoes = c.child_id
                          AND q.state IN ('pending', 'authorized', 'dispatching', 'outcome_unknown', 'executed')))
$$;

-- The request that takes this one back, or has; null where there is none, or none that came to anything. Over many: one that
-- is open, or the last, once no row stands; what an undo has not reached can be asked for again.
CREATE OR REPLACE FUNCTION kernel.undone_by(p_request uuid) RETURNS uuid
LANGUAGE sql STABLE AS $$
  SELECT u.request_id FROM kernel.undo u JOIN kernel.action_request q USING (request_id)
   WHERE u.undoes = p_request
     AND (q.state IN ('pending', 'authorized', 'dispatching', 'outcome_unknown')
          OR q.state = 'executed' AND NOT kernel.has_standing_rows(p_request))
   ORDER BY q.created_at DESC
   LIMIT 1
$$;
