-- Only a signature on what is still being decided on is voided, by somebody who came to decide on it, because the record
-- is at another version than the one that was asked about.
CREATE OR REPLACE FUNCTION kernel.check_voided_approval() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  request  kernel.action_request;
  revision kernel.action_revision;
BEGIN
  SELECT * INTO STRICT request FROM kernel.action_request WHERE request_id = NEW.request_id FOR UPDATE;
  SELECT * INTO STRICT revision
    FROM kernel.action_revision r WHERE r.request_id = NEW.request_id AND r.revision = NEW.revision;
  IF request.state IS DISTINCT FROM 'pending' OR request.revision <> NEW.revision THEN
    RAISE EXCEPTION 'request % is %, at revision %', NEW.request_id, request.state, request.revision
      USING ERRCODE = 'CS409', CONSTRAINT = 'not_pending';
  END IF;
  IF NOT EXISTS (SELECT FROM kernel.action_approval a
                  WHERE (a.request_id, a.revision, a.person_id) = (NEW.request_id, NEW.revision, NEW.person_id)
                    AND a.decision = 'approve')
     OR NEW.found_version IS NOT DISTINCT FROM revision.target_version THEN
    RAISE EXCEPTION 'there is no signature on request % that is void', NEW.request_id
      USING ERRCODE = 'CS409', CONSTRAINT = 'nothing_void';
  END IF;
  IF NEW.found_by = ANY (kernel.accounts_of(request.requested_by))
     OR NOT kernel.current_roles(NEW.found_by) && revision.eligible_roles
     OR NOT EXISTS (SELECT FROM kernel.person p
                     WHERE p.person_id = NEW.found_by AND p.kind = 'person' AND p.disabled_at IS NULL) THEN
    RAISE EXCEPTION '% does not decide on request %', NEW.found_by, NEW.request_id
      USING ERRCODE = 'CS403', CONSTRAINT = 'not_eligible';
  END IF;
  RETURN NEW;
END
$$;
