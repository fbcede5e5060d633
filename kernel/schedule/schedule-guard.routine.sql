-- Who asked for something takes it back, or who may decide on it stops it: only while it waits for its time or, over many
-- records, has not ended.
CREATE OR REPLACE FUNCTION kernel.check_withdrawal() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  request kernel.action_request;
BEGIN
  SELECT * INTO STRICT request FROM kernel.action_request WHERE request_id = NEW.request_id FOR UPDATE;
  IF request.requested_by <> NEW.person_id
     AND NOT EXISTS (SELECT FROM kernel.action_revision v JOIN kernel.person p ON p.person_id = NEW.person_id
                      WHERE v.request_id = NEW.request_id AND v.revision = request.revision
                        AND p.kind = 'person' AND p.disabled_at IS NULL
                        AND kernel.current_roles(NEW.person_id) && v.eligible_roles) THEN
    RAISE EXCEPTION 'only its requester, or who may decide on it, keeps request % from being carried out', NEW.request_id
      USING ERRCODE = 'CS403', CONSTRAINT = 'not_the_requester';
  END IF;
  IF NOT coalesce(
       request.state = 'authorized' AND EXISTS (
         SELECT FROM kernel.action_revision v
          WHERE v.request_id = NEW.request_id AND v.revision = request.revision AND v.scheduled_for IS NOT NULL)
       OR request.state IN ('authorized', 'dispatching') AND kernel.is_bulk(request), false) THEN
    RAISE EXCEPTION 'request % is %, and nothing of it waits', NEW.request_id, request.state
      USING ERRCODE = 'CS409', CONSTRAINT = 'not_pending';
  END IF;
  RETURN NEW;
END
$$;

-- Whether the effect of a request may not be begun now: its time has not come, or it was withdrawn.
CREATE OR REPLACE FUNCTION kernel.is_held_back(v kernel.action_revision) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT coalesce(v.scheduled_for > clock_timestamp(), false)
         OR v.scheduled_for IS NOT NULL AND EXISTS (SELECT FROM kernel.withdrawal w WHERE w.request_id = v.request_id)
$$;
