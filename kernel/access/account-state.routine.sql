-- An account is disabled or enabled by the event that tells of it; only the two governed actions append such events
-- (kernel.check_events), and neither is carried out without. Its sessions are over with it. One session is over by its own event.
DROP FUNCTION IF EXISTS kernel.apply_account_step(kernel.action_request);
CREATE OR REPLACE FUNCTION kernel.apply_account_step(p_events jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  e     jsonb;
  whose text;
BEGIN
  FOR e IN SELECT event FROM jsonb_array_elements(p_events) AS event
            WHERE event ->> 'type' IN ('kernel.person.disabled', 'kernel.person.enabled', 'kernel.person.session_ended') LOOP
    whose := substr(e ->> 'stream', length('kernel.person/') + 1);
    IF e ->> 'type' = 'kernel.person.session_ended' THEN
      UPDATE kernel.session SET ended_at = clock_timestamp(), ended_why = 'ended by an administrator'
       WHERE session_id = (e #>> '{payload,session}')::uuid AND person_id = whose AND ended_at IS NULL;
      IF NOT FOUND THEN
        RAISE EXCEPTION 'the session is over already' USING ERRCODE = 'CS409', CONSTRAINT = 'session_over';
      END IF;
      CONTINUE;
    END IF;
    UPDATE kernel.person
       SET disabled_at = CASE e ->> 'type' WHEN 'kernel.person.disabled' THEN clock_timestamp() END
     WHERE person_id = whose;
    IF e ->> 'type' = 'kernel.person.disabled' THEN
      PERFORM kernel.end_sessions(NULL, NULL, whose, 'account disabled');
    END IF;
  END LOOP;
END
$$;

-- Whether this request does that: nobody to their own account, and enabling with the word of a second person, neither of
-- whom has another account that is let in again by it.
CREATE OR REPLACE FUNCTION kernel.changes_account(q kernel.action_request, p_revision integer, p_type text) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT q.requested_by <> q.target_id
         AND CASE p_type
               WHEN 'kernel.person.disabled' THEN q.type = 'kernel.disable_account'
               WHEN 'kernel.person.enabled'  THEN q.type = 'kernel.enable_account'
                                                  AND NOT q.requested_by = ANY (kernel.accounts_of(q.target_id))
                                                  AND kernel.counting_approvals(q.request_id, p_revision) >= 1
                                                  AND NOT EXISTS (
                                                    SELECT FROM kernel.action_approval a
                                                     WHERE a.request_id = q.request_id AND a.revision = p_revision
                                                       AND a.person_id = ANY (kernel.accounts_of(q.target_id)))
             END
$$;

-- Whether one of these roles, or the account itself, was given to a person since then by the word of this other: asked for, or
-- agreed to, with any account of theirs.
CREATE OR REPLACE FUNCTION kernel.was_empowered_by(p_person text, p_roles text[], p_other text, p_since timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
DECLARE
  others CONSTANT text[] := kernel.accounts_of(p_other);
BEGIN
  RETURN EXISTS (
    SELECT FROM (SELECT g.granted_by AS asked_by, g.request_id
                   FROM kernel.role_grant g
                  WHERE g.person_id = p_person AND g.role = ANY (p_roles) AND g.granted_at > p_since
                  UNION ALL
                 SELECT e.actor_id, e.request_id
                   FROM kernel.event e
                  WHERE e.stream = 'kernel.person/' || p_person AND e.type = 'kernel.person.enabled'
                    AND e.recorded_at > p_since) given
     WHERE given.asked_by = ANY (others)
        OR EXISTS (SELECT FROM kernel.standing_approval s
                    WHERE s.request_id = given.request_id AND s.person_id = ANY (others)));
END
$$;
