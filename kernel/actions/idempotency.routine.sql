-- Step 2 of the write path. A recorded answer for (actor, door, key), or the right to decide this request now.
-- Answers {result: 'recorded', digest, status, answer} | {result: 'in_flight', digest} | {result: 'begun', rules}.
-- `rules` are the approval rules in force, as set last in the stream p_policy; null where nobody has set any. They come
-- along here because the decision needs them next.
CREATE OR REPLACE FUNCTION kernel.begin_submission(p_actor text, p_door text, p_key text, p_digest bytea,
                                                   p_holder uuid, p_lease_ms integer, p_policy text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  recorded kernel.idempotency;
  other    kernel.idempotency_in_flight;
BEGIN
  -- Between two looks the first request may be decided or give up; then the next look finds its record, or begins.
  LOOP
    SELECT * INTO recorded FROM kernel.idempotency
     WHERE actor_id = p_actor AND door = p_door AND key = p_key;
    IF FOUND THEN
      RETURN jsonb_build_object('result', 'recorded', 'digest', encode(recorded.request_digest, 'hex'),
                                'status', recorded.status, 'answer', recorded.answer);
    END IF;
    INSERT INTO kernel.idempotency_in_flight AS f (actor_id, door, key, request_digest, holder, until)
    VALUES (p_actor, p_door, p_key, p_digest, p_holder, clock_timestamp() + make_interval(secs => p_lease_ms / 1000.0))
    ON CONFLICT (actor_id, door, key) DO UPDATE
       SET request_digest = excluded.request_digest, holder = excluded.holder, until = excluded.until
     WHERE f.until < clock_timestamp();
    IF FOUND THEN
      -- Between the look above and here the first request may have been decided: one more look, which sees that.
      SELECT * INTO recorded FROM kernel.idempotency
       WHERE actor_id = p_actor AND door = p_door AND key = p_key;
      IF NOT FOUND THEN
        RETURN jsonb_build_object('result', 'begun', 'rules', (
          SELECT payload -> 'rules' FROM kernel.event WHERE stream = p_policy ORDER BY version DESC LIMIT 1));
      END IF;
      DELETE FROM kernel.idempotency_in_flight
       WHERE actor_id = p_actor AND door = p_door AND key = p_key AND holder = p_holder;
      CONTINUE;
    END IF;
    SELECT * INTO other FROM kernel.idempotency_in_flight
     WHERE actor_id = p_actor AND door = p_door AND key = p_key;
    IF FOUND THEN
      RETURN jsonb_build_object('result', 'in_flight', 'digest', encode(other.request_digest, 'hex'));
    END IF;
  END LOOP;
END
$$;

-- The request was not decided (a 400, 403, 404, 412 or a failure): its key is free again.
CREATE OR REPLACE FUNCTION kernel.abandon_submission(p_actor text, p_door text, p_key text, p_holder uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  DELETE FROM kernel.idempotency_in_flight
   WHERE actor_id = p_actor AND door = p_door AND key = p_key AND holder = p_holder
$$;

REVOKE ALL ON FUNCTION kernel.begin_submission(text, text, text, bytea, uuid, integer, text),
                       kernel.abandon_submission(text, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.begin_submission(text, text, text, bytea, uuid, integer, text),
                          kernel.abandon_submission(text, text, text, uuid) TO countersign_app;
