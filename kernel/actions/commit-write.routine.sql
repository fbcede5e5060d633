-- The one write: everything that a step of an action request changes, in one transaction and one round trip.
--
-- Parts, each optional but audit: idempotency, request, expect, rolling, revision, rows, child, undo, emergency, break_glass,
-- lift, approval, renewal, voiding, emergency_end, transitions (at most one), outbox, settle, events, audit. What may stand beside
-- what: kernel.check_recorded, kernel.check_events.
-- `expect` holds what the caller decided on ({request_id, transitions, approvals, fence?}); if the request has moved
-- since, CS409 / moved and the caller decides again; if the fence is not the newest of its outbox row, CS409 / fenced.
-- The triggers of the tables check every row whatever is passed here.
--
-- Answers {result: 'committed', answer, created_at, expires_at} or, where the key is known already,
-- {result: 'replay', digest, status, answer}.
DROP FUNCTION IF EXISTS kernel.write_parts(jsonb);
CREATE OR REPLACE FUNCTION kernel.write_parts(p jsonb, p_by_people boolean) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  tenant    text        := p ->> 'tenant_id';
  now_at    timestamptz := clock_timestamp();
  expires   timestamptz;
  ends      timestamptz;  -- of the term of an emergency that begins here
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
  IF p ?| ARRAY['emergency', 'renewal'] THEN
    ends := now_at + make_interval(secs => coalesce(p #>> '{emergency,limit_s}', p #>> '{renewal,limit_s}')::integer);
  END IF;

  IF p ? 'idempotency' THEN
    part := p -> 'idempotency';
    answer := (part -> 'answer'
               || CASE WHEN p ? 'request' THEN jsonb_build_object('created_at', kernel.rfc3339(now_at)) ELSE '{}' END
               || CASE WHEN p ? 'revision' THEN jsonb_build_object('expires_at', kernel.rfc3339(expires)) ELSE '{}' END
               || CASE WHEN ends IS NULL THEN '{}' ELSE jsonb_build_object('emergency',
                    part #> '{answer,emergency}' || jsonb_build_object('until', kernel.rfc3339(ends))) END
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
                                       door, requested_by, requested_roles, correlation_id, concurrent, containment,
                                       created_at)
    VALUES ((part ->> 'request_id')::uuid, tenant, part ->> 'type', part ->> 'console', part ->> 'risk',
            (part ->> 'moves_money')::boolean, part ->> 'target_kind', part ->> 'target_id', part ->> 'door',
            part ->> 'requested_by', kernel.text_array(part -> 'requested_roles'), part ->> 'correlation_id',
            coalesce((part ->> 'concurrent')::boolean, false), coalesce((part ->> 'containment')::boolean, false), now_at)
    RETURNING * INTO held;
  END IF;
  request := held.request_id;
  IF p ? 'rolling' THEN
    PERFORM kernel.check_rolling(p -> 'rolling', request);
  END IF;

  IF p ? 'revision' THEN
    part := p -> 'revision';
    -- Older digests leave out what the effect is given; they are checked where they are, and no more are made.
    IF (part ->> 'digest_format')::integer IS DISTINCT FROM 2 THEN
      RAISE EXCEPTION 'a revision is signed by digest format 2' USING ERRCODE = 'restrict_violation';
    END IF;
    INSERT INTO kernel.action_revision (request_id, revision, tenant_id, input, reason_code, reason_note, decided, digest,
        digest_salt, digest_format, target_version, policy_version, required_approvals, eligible_roles, effect,
        connector, effect_key, expires_at, evidence, evidence_hash, created_by, created_at, approval_max_age_s,
        authenticated_at, scheduled_for, evidence_first)
    VALUES (request, (part ->> 'revision')::integer, tenant, part -> 'input', part ->> 'reason_code',
        nullif(part -> 'reason_note', 'null'), part -> 'decided', decode(part ->> 'digest', 'hex'),
        decode(part ->> 'digest_salt', 'hex'), (part ->> 'digest_format')::smallint, part ->> 'target_version',
        part ->> 'policy_version', (part ->> 'required_approvals')::smallint,
        kernel.text_array(part -> 'eligible_roles'), part ->> 'effect', part ->> 'connector', part ->> 'effect_key',
        expires, part -> 'evidence', decode(part ->> 'evidence_hash', 'hex'), part ->> 'created_by', now_at,
        (part ->> 'approval_max_age_s')::integer, (part ->> 'authenticated_at')::timestamptz,
        (part ->> 'scheduled_for')::timestamptz, coalesce((part ->> 'evidence_first')::boolean, false));
    IF (part ->> 'scheduled_for')::timestamptz NOT BETWEEN now_at AND expires THEN
      RAISE EXCEPTION 'the time for which it is scheduled is over, or later than its approval holds'
        USING ERRCODE = 'CS409', CONSTRAINT = 'schedule_over';
    END IF;
  END IF;

  IF p ? 'rows' THEN
    INSERT INTO kernel.bulk_row (request_id, position, tenant_id, target_kind, target_id, target_version, input, decided,
                                 connector, attributes, preview)
    SELECT request, r.position, tenant, r.target_kind, r.target_id, r.target_version, r.input, r.decided, r.connector,
           r.attributes, r.preview
      FROM jsonb_to_recordset(p -> 'rows') AS r (position integer, target_kind text, target_id text, target_version text,
                                                 input jsonb, decided jsonb, connector text, attributes jsonb,
                                                 preview jsonb);
  END IF;

  IF p ? 'child' THEN
    INSERT INTO kernel.bulk_child (request_id, position, tenant_id, child_id)
    VALUES ((p #>> '{child,request_id}')::uuid, (p #>> '{child,position}')::integer, tenant, request);
    -- Where the whole takes another back, each of its rows does so with the other's row of that record.
    INSERT INTO kernel.undo (request_id, tenant_id, undoes)
    SELECT request, tenant, done.child_id
      FROM kernel.undo whole
      JOIN kernel.bulk_row r ON r.request_id = whole.undoes
       AND (r.target_kind, r.target_id) = (held.target_kind, held.target_id)
      JOIN kernel.bulk_child done ON (done.request_id, done.position) = (r.request_id, r.position)
     WHERE whole.request_id = (p #>> '{child,request_id}')::uuid;
  END IF;

  IF p ? 'undo' THEN
    INSERT INTO kernel.undo (request_id, tenant_id, undoes) VALUES (request, tenant, (p #>> '{undo,undoes}')::uuid);
  END IF;

  IF p ? 'emergency' THEN
    part := p -> 'emergency';
    INSERT INTO kernel.emergency (request_id, revision, tenant_id, inverse, step_up_s, limit_s)
    VALUES (request, (p #>> '{revision,revision}')::integer, tenant, part ->> 'inverse', (part ->> 'step_up_s')::integer,
            (part ->> 'limit_s')::integer);
    INSERT INTO kernel.emergency_term (request_id, term, tenant_id, person_id, roles, note, authenticated_at, at, until)
    VALUES (request, 1, tenant, held.requested_by, held.requested_roles, nullif(p #> '{revision,reason_note}', 'null'),
            (p #>> '{revision,authenticated_at}')::timestamptz, now_at, ends);
  END IF;

  IF p ? 'break_glass' THEN
    INSERT INTO kernel.break_glass (request_id, revision, tenant_id, step_up_s)
    VALUES (request, (p #>> '{revision,revision}')::integer, tenant, (p #>> '{break_glass,step_up_s}')::integer);
  END IF;

  IF p ? 'lift' THEN
    part := p -> 'lift';
    INSERT INTO kernel.emergency_lift (request_id, try, tenant_id, lift_id, why)
    VALUES ((part ->> 'request_id')::uuid, (part ->> 'try')::integer, tenant, request, part ->> 'why');
  END IF;

  IF p ? 'renewal' THEN
    part := p -> 'renewal';
    INSERT INTO kernel.emergency_term (request_id, term, tenant_id, person_id, roles, note, authenticated_at, at, until)
    VALUES (request, (part ->> 'term')::integer, tenant, part ->> 'person_id', kernel.text_array(part -> 'roles'),
            nullif(part -> 'note', 'null'), (part ->> 'authenticated_at')::timestamptz, now_at, ends);
  END IF;

  IF p ? 'approval' THEN
    part := p -> 'approval';
    INSERT INTO kernel.action_approval (request_id, revision, person_id, tenant_id, decision, digest, roles, note,
        evidence, evidence_hash, authenticated_at, assertion)
    VALUES (request, (part ->> 'revision')::integer, part ->> 'person_id', tenant, part ->> 'decision',
        decode(part ->> 'digest', 'hex'), kernel.text_array(part -> 'roles'), nullif(part -> 'note', 'null'), part -> 'evidence',
        decode(part ->> 'evidence_hash', 'hex'), (part ->> 'authenticated_at')::timestamptz, part -> 'assertion');
  END IF;

  -- Each signature once; where none is left to void, another has found the same a moment before.
  IF p ? 'voiding' THEN
    part := p -> 'voiding';
    INSERT INTO kernel.voided_approval (request_id, revision, person_id, tenant_id, found_by, found_version, drift)
    SELECT a.request_id, a.revision, a.person_id, tenant, part ->> 'person_id', part ->> 'found_version', part -> 'drift'
      FROM kernel.standing_approval a
     WHERE a.request_id = request AND a.revision = (part ->> 'revision')::integer;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'request % has moved', request USING ERRCODE = 'CS409', CONSTRAINT = 'moved';
    END IF;
  END IF;

  IF p ? 'withdrawal' THEN
    part := p -> 'withdrawal';
    INSERT INTO kernel.withdrawal (request_id, tenant_id, person_id, note)
    VALUES (request, tenant, part ->> 'person_id', nullif(part -> 'note', 'null'))
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'request % has moved', request USING ERRCODE = 'CS409', CONSTRAINT = 'moved';
    END IF;
    UPDATE kernel.outbox SET available_at = now_at WHERE request_id = request AND settled_at IS NULL;
  END IF;

  IF p ? 'emergency_end' THEN
    part := p -> 'emergency_end';
    INSERT INTO kernel.emergency_end (request_id, tenant_id, outcome, actor_id)
    VALUES ((part ->> 'request_id')::uuid, tenant, part ->> 'outcome', part ->> 'actor_id');
  END IF;

  IF p ? 'settle' THEN
    IF (p #>> '{settle,request_id}')::uuid IS DISTINCT FROM request THEN
      RAISE EXCEPTION 'an outcome is of the request that the write is of' USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM kernel.settle_lease(p -> 'settle', tenant);
  END IF;

  IF p ? 'transitions' THEN
    INSERT INTO kernel.action_transition (request_id, step, tenant_id, revision, from_state, to_state, basis, actor_id, why, note)
    SELECT request, t.step, tenant, t.revision, t.from_state, t.to_state, t.basis, t.actor_id, t.why, nullif(t.note, 'null')
      FROM jsonb_to_recordset(p -> 'transitions') AS t (step integer, revision integer, from_state text, to_state text,
                                                        basis text, actor_id text, why text, note jsonb)
     ORDER BY t.step;
  END IF;

  IF p ? 'outbox' THEN
    INSERT INTO kernel.outbox (request_id, revision, tenant_id, connector, effect_key, available_at, evidence_first)
    SELECT request, v.revision, tenant, v.connector, v.effect_key, greatest(now_at, v.scheduled_for), v.evidence_first
      FROM kernel.action_revision v
     WHERE v.request_id = request AND v.revision = (p #>> '{outbox,revision}')::integer;
  END IF;

  PERFORM kernel.check_recorded(held, p, p_by_people);
  PERFORM kernel.check_events(held, p, p_by_people);
  IF jsonb_array_length(p -> 'events') > 0 THEN
    -- What a tenant's record is told of is theirs alone, unless the event says whose it is.
    PERFORM kernel.append_events(CASE WHEN tenant IS NULL THEN p -> 'events' ELSE (
      SELECT jsonb_agg(jsonb_build_object('tenant_id', tenant) || told.event ORDER BY told.nth)
        FROM jsonb_array_elements(p -> 'events') WITH ORDINALITY AS told (event, nth)) END);
    IF held.target_kind = 'alert' AND p #>> '{transitions,0,to_state}' = 'executed' THEN
      PERFORM kernel.apply_alert_step(p -> 'events');
    END IF;
    IF held.target_kind = 'person' AND p #>> '{transitions,0,to_state}' = 'executed' THEN
      PERFORM kernel.apply_account_step(p -> 'events');
    END IF;
  END IF;
  PERFORM kernel.insert_audit(p -> 'audit');
  IF p #>> '{transitions,0,to_state}' = 'executed' AND kernel.is_erasure(held) THEN
    PERFORM kernel.erase_subject(held, (p #>> '{transitions,0,revision}')::integer);
  END IF;

  RETURN jsonb_build_object('result', 'committed', 'answer', answer, 'created_at', kernel.rfc3339(now_at),
                            'expires_at', kernel.rfc3339(expires));
END
$$;

-- For the server: requests, approvals and the other decisions of people.
CREATE OR REPLACE FUNCTION kernel.commit_write(p jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
BEGIN
  IF p ?| ARRAY['settle', 'lift', 'child'] OR p #>> '{emergency_end,outcome}' IN ('lapsed', 'taken_back') OR EXISTS (
       SELECT FROM jsonb_to_recordset(p -> 'transitions') AS t (from_state text, to_state text)
        WHERE coalesce(t.from_state, 'pending') <> 'pending' OR t.to_state = 'expired') THEN
    RAISE EXCEPTION 'only the dispatcher settles effects' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NOT p ?| ARRAY['request', 'expect'] AND EXISTS (
       SELECT FROM jsonb_array_elements(p -> 'audit') AS entry
        WHERE NOT coalesce(kernel.stands_alone((entry ->> 'canonical')::jsonb), false)) THEN
    RAISE EXCEPTION 'what is done, and what happens to a request, is recorded with it' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN kernel.write_parts(p, true);
END
$$;

-- For the dispatcher: outcomes of effects, and requests that lapse.
CREATE OR REPLACE FUNCTION kernel.commit_outcome(p jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
BEGIN
  IF NOT kernel.has_only(p, ARRAY['tenant_id', 'expect', 'emergency_end', 'settle', 'transitions', 'events', 'audit'])
     OR p #>> '{emergency_end,outcome}' NOT IN ('lapsed', 'taken_back') THEN
    RAISE EXCEPTION 'the dispatcher requests and approves nothing' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NOT p ?| ARRAY['expect', 'emergency_end'] THEN
    RAISE EXCEPTION 'the dispatcher writes what comes of a request' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF EXISTS (
       SELECT FROM jsonb_to_recordset(p -> 'transitions') AS t (from_state text, to_state text)
        WHERE coalesce(t.from_state, 'pending') = 'pending' AND t.to_state <> 'expired') THEN
    RAISE EXCEPTION 'people decide on what is pending' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN kernel.write_parts(p, false);
END
$$;

REVOKE ALL ON FUNCTION kernel.write_parts(jsonb, boolean), kernel.commit_write(jsonb), kernel.commit_outcome(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.commit_write(jsonb) TO countersign_app;
GRANT EXECUTE ON FUNCTION kernel.commit_outcome(jsonb) TO countersign_dispatcher;
