-- For the dispatcher: the request that lifts an emergency which was rejected or has lapsed, and that there is nothing to lift.

-- The request, written as all are (kernel.write_parts). What else it may be, the
-- guards of emergency_lift and of transitions derive from the rows.
CREATE OR REPLACE FUNCTION kernel.commit_lift(p jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
BEGIN
  IF NOT p ?& ARRAY['lift', 'request', 'revision', 'transitions', 'outbox']
     OR NOT kernel.has_only(p, ARRAY['tenant_id', 'lift', 'request', 'revision', 'transitions', 'outbox', 'events', 'audit'])
     OR p #>> '{transitions,0,basis}' IS DISTINCT FROM 'emergency'
     OR p #>> '{request,requested_by}' IS DISTINCT FROM 'system:dispatcher' THEN
    RAISE EXCEPTION 'the dispatcher requests nothing but the lifting of an emergency'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN kernel.write_parts(p, false);
END
$$;

-- With the entry that says so and why: the emergency had no effect, or has been lifted by people.
DROP FUNCTION IF EXISTS kernel.nothing_to_lift(uuid, integer, text, text);
CREATE OR REPLACE FUNCTION kernel.nothing_to_lift(p_request uuid, p_try integer, p_why text, p_audit jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  q    kernel.action_request;
  fact jsonb := (p_audit #>> '{0,canonical}')::jsonb;
BEGIN
  SELECT * INTO STRICT q FROM kernel.action_request WHERE request_id = p_request;
  INSERT INTO kernel.emergency_lift (request_id, try, tenant_id, lift_id, why)
  VALUES (p_request, p_try, q.tenant_id, NULL, p_why) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  IF jsonb_array_length(p_audit) IS DISTINCT FROM 1 OR fact ->> 'tenant_id' IS DISTINCT FROM q.tenant_id
     OR (fact - ARRAY['v', 'id', 'at', 'tenant_id']) IS DISTINCT FROM jsonb_build_object(
          'kind', 'system', 'event_sub_type', 'EMERGENCY_NOT_LIFTED', 'severity', 'HIGH',
          'actor', '{"id": "system:dispatcher", "roles": []}'::jsonb, 'action', q.type, 'outcome', 'nothing_to_lift',
          'target', jsonb_build_object('kind', 'request', 'id', p_request), 'detail', jsonb_build_object('code', p_why)) THEN
    RAISE EXCEPTION 'the entry does not say that there was nothing to lift, and why' USING ERRCODE = 'restrict_violation';
  END IF;
  PERFORM kernel.insert_audit(p_audit);
END
$$;
REVOKE ALL ON FUNCTION kernel.commit_lift(jsonb), kernel.nothing_to_lift(uuid, integer, text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.commit_lift(jsonb), kernel.nothing_to_lift(uuid, integer, text, jsonb)
  TO countersign_dispatcher;
