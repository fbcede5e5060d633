-- A projection that stands still is tried again, or goes on behind the one event that stops it, by the event that tells of it;
-- only the two governed actions append such events, on the stream of the projection that was asked for (kernel.check_events).
CREATE OR REPLACE FUNCTION kernel.apply_projection_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  v_name text := substr(NEW.stream, length('kernel.projection/') + 1);
  v_at   bigint := (NEW.payload ->> 'position')::bigint;
  v_why  text;
  q      kernel.action_request;
BEGIN
  SELECT * INTO q FROM kernel.action_request
   WHERE request_id = NEW.request_id AND target_kind = 'projection' AND target_id = v_name
     AND type = CASE NEW.type WHEN 'kernel.projection.event_skipped' THEN 'kernel.skip_event' ELSE 'kernel.retry_projection' END;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the event % does not follow from request %', NEW.type, NEW.request_id
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.type = 'kernel.projection.retry_requested' THEN
    UPDATE kernel.projection SET retry_at = NULL WHERE name = v_name;
    RETURN NULL;
  END IF;
  IF kernel.counting_approvals(q.request_id, q.revision) < 1 THEN
    RAISE EXCEPTION 'an event is skipped by two people' USING ERRCODE = 'restrict_violation';
  END IF;
  -- The projector holds the row while it works; afterwards it may have come past.
  UPDATE kernel.projection p
     SET position = v_at, failing = NULL, failing_at = NULL, failures = 0, retry_at = NULL, updated_at = clock_timestamp()
    FROM (SELECT name, failing FROM kernel.projection
           WHERE name = v_name AND failing_at = v_at AND position = v_at - 1 FOR UPDATE) stopped
   WHERE p.name = stopped.name RETURNING stopped.failing INTO v_why;
  IF NOT FOUND THEN
    RAISE EXCEPTION '% does not stand still at event %', v_name, v_at USING ERRCODE = 'CS409', CONSTRAINT = 'moved_on';
  END IF;
  INSERT INTO kernel.projection_left_out (projection, position, why, skipped_by) VALUES (v_name, v_at, v_why, q.request_id);
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION kernel.apply_projection_event() FROM PUBLIC;
