-- What takes a request back: of one that was executed, on the same record, and of each at most one that is open or done.
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
     OR (undo.target_kind, undo.target_id, undo.tenant_id)
        IS DISTINCT FROM (undone.target_kind, undone.target_id, undone.tenant_id) THEN
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

-- The request that takes this one back, or has; null where there is none, or none that came to anything.
CREATE OR REPLACE FUNCTION kernel.undone_by(p_request uuid) RETURNS uuid
LANGUAGE sql STABLE AS $$
  SELECT u.request_id FROM kernel.undo u JOIN kernel.action_request q USING (request_id)
   WHERE u.undoes = p_request
     AND q.state IN ('pending', 'authorized', 'dispatching', 'outcome_unknown', 'executed')
   LIMIT 1
$$;
