-- The one write: everything that a step of an action request changes, in one transaction and one round trip.
--
-- Parts, each optional: idempotency, request, expect, revision, approval, transitions, outbox, settle, events, audit.
-- `expect` holds what the caller decided on ({request_id, transitions, approvals, fence?}); if the request has moved
-- since, CS409 / moved and the caller decides again; if the fence is not the newest of its outbox row, CS409 / fenced.
-- The triggers of the tables check every row whatever is passed here.
--
-- Answers {result: 'committed', answer, created_at, expires_at} or, where the key is known already,
-- {result: 'replay', digest, status, answer}.
CREATE OR REPLACE FUNCTION kernel.write_parts(p jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  tenant    text        := p ->> 'tenant_id';
  now_at    timestamptz := clock_timestamp();
  expires   timestamptz;
  answer    text;
  part      jsonb;
  recorded  kernel.idempotency;
  held      kernel.action_request;
  request   uuid;
  approvals integer;
BEGIN
  IF p ? 'revision' THEN
    expires := now_at + make_interval(secs => (p #>> '{revision,expires_in_ms}')::numeric / 1000);
  END IF;

  IF p ? 'idempotency' THEN
    part := p -> 'idempotency';
    answer := (part -> 'answer'
               || CASE WHEN p ? 'request' THEN jsonb_build_object('created_at', kernel.rfc3339(now_at)) ELSE '{}' END
               || CASE WHEN p ? 'revision' THEN jsonb_build_object('expires_at', kernel.rfc3339(expires)) ELSE '{}' END
              )::text;
    INSERT INTO kernel.idempotency (actor_id, door, key, tenant_id, request_digest, status, answer, request_id)
    VALUES (part ->> 'actor_id', part ->> 'door', part ->> 'key', tenant, decode(part ->> 'digest', 'hex'),
            (part ->> 'status')::smallint, answer, (part ->> 'request_id')::uuid)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
      SELECT * INTO STRICT recorded FROM kernel.idempotency
       WHERE actor_id = part ->> 'actor_id' AND door = part ->> 'door' AND key = part ->> 'key';
      RETURN jsonb_build_object('result', 'replay', 'digest', encode(recorded.request_digest, 'hex'),
                                'status', recorded.status, 'answer', recorded.answer);
    END IF;
    DELETE FROM kernel.idempotency_in_flight
     WHERE actor_id = part ->> 'actor_id' AND door = part ->> 'door' AND key = part ->> 'key';
  END IF;

  IF p ? 'expect' THEN
    part := p -> 'expect';
    SELECT * INTO held FROM kernel.action_request WHERE request_id = (part ->> 'request_id')::uuid FOR UPDATE;
    SELECT count(*) INTO approvals FROM kernel.action_approval a
     WHERE a.request_id = held.request_id AND a.revision = held.revision;
    IF held.request_id IS NULL OR held.transitions <> (part ->> 'transitions')::integer
       OR approvals <> (part ->> 'approvals')::integer THEN
      RAISE EXCEPTION 'request % has moved', part ->> 'request_id' USING ERRCODE = 'CS409', CONSTRAINT = 'moved';
    END IF;
    IF part ? 'fence' THEN
      PERFORM FROM kernel.outbox o
        WHERE o.request_id = held.request_id AND o.revision = held.revision
          AND o.fence = (part ->> 'fence')::bigint AND o.settled_at IS NULL
          FOR UPDATE;
      IF NOT FOUND THEN
        RAISE EXCEPTION 'the lease of request % is no longer held', part ->> 'request_id'
          USING ERRCODE = 'CS409', CONSTRAINT = 'fenced';
      END IF;
    END IF;
  END IF;

  IF p ? 'request' THEN
    part := p -> 'request';
    INSERT INTO kernel.action_request (request_id, tenant_id, type, console, risk, moves_money, target_kind, target_id,
                                       door, requested_by, requested_roles, correlation_id, concurrent, created_at)
    VALUES ((part ->> 'request_id')::uuid, tenant, part ->> 'type', part ->> 'console', part ->> 'risk',
            (part ->> 'moves_money')::boolean, part ->> 'target_kind', part ->> 'target_id', part ->> 'door',
            part ->> 'requested_by', kernel.text_array(part -> 'requested_roles'), part ->> 'correlation_id',
            coalesce((part ->> 'concurrent')::boolean, false), now_at);
  END IF;
  request := coalesce((p #>> '{request,request_id}')::uuid, held.request_id, (p #>> '{settle,request_id}')::uuid);

  IF p ? 'revision' THEN
    part := p -> 'revision';
    INSERT INTO kernel.action_revision (request_id, revision, tenant_id, input, reason_code, reason_note, decided, digest,
        digest_salt, digest_format, target_version, policy_version, required_approvals, eligible_roles, effect,
        connector, effect_key, expires_at, evidence, evidence_hash, created_by, created_at)
    VALUES (request, (part ->> 'revision')::integer, tenant, part -> 'input', part ->> 'reason_code',
        part -> 'reason_note', part -> 'decided', decode(part ->> 'digest', 'hex'),
        decode(part ->> 'digest_salt', 'hex'), (part ->> 'digest_format')::smallint, part ->> 'target_version',
        part ->> 'policy_version', (part ->> 'required_approvals')::smallint,
        kernel.text_array(part -> 'eligible_roles'), part ->> 'effect', part ->> 'connector', part ->> 'effect_key',
        expires, part -> 'evidence', decode(part ->> 'evidence_hash', 'hex'), part ->> 'created_by', now_at);
  END IF;

  IF p ? 'approval' THEN
    part := p -> 'approval';
    INSERT INTO kernel.action_approval (request_id, revision, person_id, tenant_id, decision, digest, roles, note,
        evidence, evidence_hash, authenticated_at, assertion)
    VALUES (request, (part ->> 'revision')::integer, part ->> 'person_id', tenant, part ->> 'decision',
        decode(part ->> 'digest', 'hex'), kernel.text_array(part -> 'roles'), part -> 'note', part -> 'evidence',
        decode(part ->> 'evidence_hash', 'hex'), (part ->> 'authenticated_at')::timestamptz, part -> 'assertion');
  END IF;

  IF p ? 'settle' THEN
    PERFORM kernel.settle_lease(p -> 'settle', tenant);
  END IF;

  IF p ? 'transitions' THEN
    INSERT INTO kernel.action_transition (request_id, step, tenant_id, revision, from_state, to_state, basis, actor_id, why)
    SELECT request, t.step, tenant, t.revision, t.from_state, t.to_state, t.basis, t.actor_id, t.why
      FROM jsonb_to_recordset(p -> 'transitions') AS t (step integer, revision integer, from_state text, to_state text,
                                                        basis text, actor_id text, why text)
     ORDER BY t.step;
  END IF;

  IF p ? 'outbox' THEN
    INSERT INTO kernel.outbox (request_id, revision, tenant_id, connector, effect_key)
    SELECT request, v.revision, tenant, v.connector, v.effect_key
      FROM kernel.action_revision v
     WHERE v.request_id = request AND v.revision = (p #>> '{outbox,revision}')::integer;
  END IF;

  IF p ? 'events' THEN
    PERFORM kernel.append_events(p -> 'events');
  END IF;
  PERFORM kernel.check_recorded(request, p);
  PERFORM kernel.append_audit(p -> 'audit');

  RETURN jsonb_build_object('result', 'committed', 'answer', answer, 'created_at', kernel.rfc3339(now_at),
                            'expires_at', kernel.rfc3339(expires));
END
$$;

-- Every transition has exactly one audit entry of its own and vice versa, and every approval has one.
CREATE OR REPLACE FUNCTION kernel.check_recorded(p_request uuid, p jsonb) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  recorded jsonb[] := ARRAY(SELECT (entry ->> 'canonical')::jsonb FROM jsonb_array_elements(p -> 'audit') AS entry);
BEGIN
  IF EXISTS (
       (SELECT p_request::text, t.from_state, t.to_state, t.revision
          FROM jsonb_to_recordset(p -> 'transitions') AS t (from_state text, to_state text, revision integer))
       EXCEPT ALL
       (SELECT fact ->> 'action_request_id', fact #>> '{transition,from}', fact #>> '{transition,to}',
               (fact #>> '{transition,revision}')::integer
          FROM unnest(recorded) AS fact WHERE fact -> 'transition' <> 'null'))
     OR (SELECT count(*) FROM unnest(recorded) AS fact WHERE fact -> 'transition' <> 'null')
        <> coalesce(jsonb_array_length(p -> 'transitions'), 0)
     OR p ? 'approval' AND NOT EXISTS (
       SELECT FROM unnest(recorded) AS fact
        WHERE fact ->> 'kind' = 'approval' AND fact ->> 'action_request_id' = p_request::text) THEN
    RAISE EXCEPTION 'what happens to request % and what is recorded of it differ', p_request
      USING ERRCODE = 'restrict_violation';
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION kernel.text_array(p jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(array_agg(value), '{}') FROM jsonb_array_elements_text(p) AS value
$$;

-- RFC 3339 in UTC with milliseconds, as everything on the wire.
CREATE OR REPLACE FUNCTION kernel.rfc3339(p timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT to_char(p AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

-- For the server: requests, approvals and the other decisions of people.
CREATE OR REPLACE FUNCTION kernel.commit_write(p jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
BEGIN
  IF p ? 'settle' OR EXISTS (
       SELECT FROM jsonb_to_recordset(p -> 'transitions') AS t (from_state text, to_state text)
        WHERE coalesce(t.from_state, 'pending') <> 'pending' OR t.to_state = 'expired') THEN
    RAISE EXCEPTION 'only the dispatcher settles effects' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN kernel.write_parts(p);
END
$$;

-- For the dispatcher: outcomes of effects, and requests that lapse.
CREATE OR REPLACE FUNCTION kernel.commit_outcome(p jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
BEGIN
  IF p ?| ARRAY['idempotency', 'request', 'revision', 'approval', 'outbox'] THEN
    RAISE EXCEPTION 'the dispatcher requests and approves nothing' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF EXISTS (
       SELECT FROM jsonb_to_recordset(p -> 'transitions') AS t (from_state text, to_state text)
        WHERE coalesce(t.from_state, 'pending') = 'pending' AND t.to_state <> 'expired') THEN
    RAISE EXCEPTION 'people decide on what is pending' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN kernel.write_parts(p);
END
$$;

REVOKE ALL ON FUNCTION kernel.write_parts(jsonb), kernel.commit_write(jsonb), kernel.commit_outcome(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.commit_write(jsonb) TO countersign_app;
GRANT EXECUTE ON FUNCTION kernel.commit_outcome(jsonb) TO countersign_dispatcher;
