-- The one write: everything that a step of an action request changes, in one transaction and one round trip.
--
-- Parts, each optional but audit: idempotency, request, expect, rolling, revision, rows, child, undo, emergency, break_glass,
-- lift, approval, renewal, voiding, emergency_end, transitions (at most one), outbox, settle, events, audit. What may stand beside
-- what:
-- kernel.check_recorded, kernel.check_events.
-- `expect` holds what the caller decided on ({request_id, transitions, approvals, fence?}); if the request has moved
-- since, CS409 / moved and the caller decides again; if the fence is not the newest of its outbox row, CS409 / fenced.
-- The triggers of the tables check every row whatever is passed here.
--
-- Answers {result: 'committed', answer, created_at, expires_at} or, where the key is known already,
-- {result: 'replay', digest, status, answer}.
DROP FUNCTION IF EXISTS kernel.write_parts(jsonb);
DROP FUNCTION IF EXISTS kernel.check_recorded(uuid, jsonb);
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
    VALUES (request, tenant, part ->> 'person_id', nullif(part -> 'note', 'null'));
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
    INSERT INTO kernel.action_transition (request_id, step, tenant_id, revision, from_state, to_state, basis, actor_id, why)
    SELECT request, t.step, tenant, t.revision, t.from_state, t.to_state, t.basis, t.actor_id, t.why
      FROM jsonb_to_recordset(p -> 'transitions') AS t (step integer, revision integer, from_state text, to_state text,
                                                        basis text, actor_id text, why text)
     ORDER BY t.step;
  END IF;

  IF p ? 'outbox' THEN
    INSERT INTO kernel.outbox (request_id, revision, tenant_id, connector, effect_key, available_at, evidence_first)
    SELECT request, v.revision, tenant, v.connector, v.effect_key, greatest(now_at, v.scheduled_for), v.evidence_first
      FROM kernel.action_revision v
     WHERE v.request_id = request AND v.revision = (p #>> '{outbox,revision}')::integer;
  END IF;

  PERFORM kernel.check_recorded(held, p, p_by_people);
  IF jsonb_array_length(p -> 'events') > 0 THEN
    PERFORM kernel.check_events(held, p, p_by_people);
    -- What a tenant's record is told of is theirs alone, unless the event says whose it is.
    PERFORM kernel.append_events(CASE WHEN tenant IS NULL THEN p -> 'events' ELSE (
      SELECT jsonb_agg(jsonb_build_object('tenant_id', tenant) || told.event ORDER BY told.nth)
        FROM jsonb_array_elements(p -> 'events') WITH ORDINALITY AS told (event, nth)) END);
    IF held.target_kind = 'alert' AND p #>> '{transitions,0,to_state}' = 'executed' THEN
      PERFORM kernel.apply_alert_step(p -> 'events');
    END IF;
    IF held.type IN ('kernel.disable_account', 'kernel.enable_account') AND p #>> '{transitions,0,to_state}' = 'executed' THEN
      PERFORM kernel.apply_account_step(held);
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

-- The move of a request and the word of a person on it each have one audit entry, and it says what the row says: who,
-- what, on what, with what outcome. Nothing else may be recorded of a request. A write of no request is an entry at least.
-- What the dispatcher writes is recorded as its own doing, never as a person's.
CREATE OR REPLACE FUNCTION kernel.check_recorded(q kernel.action_request, p jsonb, p_by_people boolean) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
  move     jsonb   := p #> '{transitions,0}';
  -- A renewal, a withdrawal, or what somebody found who came to sign, is a person's word on a request as a decision is, and
  -- is recorded as one.
  approval jsonb   := coalesce(p -> 'approval', (p -> 'renewal') || '{"decision": "renew"}',
                             (p -> 'withdrawal') || '{"decision": "cancel"}',
                             (p -> 'voiding') || '{"decision": "void"}');
  moved    boolean := false;
  decided  boolean := false;
  roles    jsonb   := CASE WHEN p_by_people THEN p #> '{request,requested_roles}' END;
  fact     jsonb;
  wrong    text;
BEGIN
  IF q.request_id IS NULL THEN
    wrong := CASE WHEN p ?| ARRAY['revision', 'rows', 'child', 'undo', 'approval', 'renewal', 'withdrawal', 'voiding', 'emergency', 'break_glass',
                                  'transitions', 'outbox', 'settle'] THEN 'a part of no request'
                  WHEN p ? 'emergency_end' AND (p_by_people OR jsonb_array_length(p -> 'audit') <> 1)
                    THEN 'the end of an emergency'
                  WHEN jsonb_array_length(p -> 'audit') > 0 THEN NULL
                  ELSE 'no entry' END;
  ELSE
    wrong := CASE
      WHEN jsonb_array_length(p -> 'transitions') > 1 THEN 'more than one move'
      WHEN p ?& ARRAY['approval', 'renewal'] OR p ? 'withdrawal' AND p ?| ARRAY['approval', 'renewal']
           OR p ? 'voiding' AND p ?| ARRAY['approval', 'renewal', 'withdrawal', 'transitions', 'emergency_end']
        THEN 'more than one decision'
      WHEN p ? 'emergency_end' AND (p #>> '{emergency_end,request_id}' <> q.request_id::text
                                    OR p #>> '{emergency_end,actor_id}' IS DISTINCT FROM approval ->> 'person_id')
        THEN 'the end of an emergency'
      WHEN q.tenant_id IS DISTINCT FROM p ->> 'tenant_id' THEN 'the tenant'
      WHEN q.console <> split_part(q.type, '.', 1) THEN 'the console'
      WHEN NOT p_by_people THEN CASE WHEN move IS NULL AND NOT p ? 'settle' THEN 'nothing that a dispatcher does' END
      WHEN move IS NULL AND approval IS NULL THEN 'neither a move nor a decision'
      -- Whoever asked for it moves it, but for the moves that a decision brings about: those are the decider's.
      WHEN move ->> 'actor_id' <> coalesce(approval ->> 'person_id', q.requested_by) THEN 'the actor of the move'
      WHEN p #>> '{revision,created_by}' <> move ->> 'actor_id' THEN 'the author of the revision'
      WHEN p #>> '{idempotency,actor_id}' <> coalesce(approval ->> 'person_id', move ->> 'actor_id')
        THEN 'whose key it is'
      WHEN move ->> 'from_state' = 'pending'
           AND approval ->> 'decision' IS DISTINCT FROM CASE move ->> 'to_state' WHEN 'authorized' THEN 'approve'
                                                                                 WHEN 'executed'   THEN 'approve'
                                                                                 WHEN 'rejected'   THEN 'reject' END
        THEN 'the decision' END;
    IF NOT p_by_people AND EXISTS (SELECT FROM kernel.person WHERE person_id = move ->> 'actor_id') THEN
      wrong := 'a person as its actor';
    END IF;
  END IF;

  FOR fact IN SELECT (entry ->> 'canonical')::jsonb FROM jsonb_array_elements(p -> 'audit') AS entry LOOP
    EXIT WHEN wrong IS NOT NULL;
    IF q.request_id IS NULL THEN
      wrong := CASE WHEN kernel.is_of_a_request(fact) THEN 'an entry of a request'
                    WHEN p ? 'emergency_end' AND NOT fact @> jsonb_build_object(
                           'kind', 'system', 'actor', '{"id": "system:dispatcher"}'::jsonb,
                           'outcome', p #> '{emergency_end,outcome}',
                           'target', jsonb_build_object('kind', 'request', 'id', p #> '{emergency_end,request_id}'))
                      THEN 'the end of an emergency'
                    WHEN p #>> '{idempotency,actor_id}' <> fact #>> '{actor,id}' THEN 'whose key it is' END;
      CONTINUE;
    END IF;
    wrong := CASE
      WHEN fact ->> 'action_request_id' IS DISTINCT FROM q.request_id::text THEN 'the request in the entry'
      WHEN fact ->> 'action' IS DISTINCT FROM q.type THEN 'the action in the entry'
      WHEN fact -> 'target' IS DISTINCT FROM jsonb_build_object('kind', q.target_kind, 'id', q.target_id)
        THEN 'the target in the entry'
      WHEN fact ->> 'tenant_id' IS DISTINCT FROM q.tenant_id THEN 'the tenant in the entry' END;
    EXIT WHEN wrong IS NOT NULL;
    IF fact ->> 'kind' = 'approval' THEN
      wrong := CASE
        WHEN approval IS NULL OR decided THEN 'an entry of a decision that there is not'
        WHEN fact ? 'transition' THEN 'a move in the entry of a decision'
        WHEN fact #>> '{actor,id}' IS DISTINCT FROM approval ->> 'person_id' THEN 'who decided'
        WHEN fact ->> 'outcome' IS DISTINCT FROM approval ->> 'decision' THEN 'what was decided'
        WHEN NOT (fact #> '{actor,roles}') @> (approval -> 'roles') THEN 'the roles of who decided' END;
      decided := true;
    ELSE
      wrong := CASE
        WHEN move IS NULL OR moved THEN 'an entry of a move that there is not'
        WHEN fact ->> 'kind' IS DISTINCT FROM CASE move ->> 'to_state' WHEN 'denied' THEN 'denial' ELSE 'action' END
          THEN 'the kind of the entry'
        WHEN fact #>> '{actor,id}'
             IS DISTINCT FROM CASE WHEN p_by_people THEN move ->> 'actor_id' ELSE 'system:dispatcher' END
          THEN 'the actor in the entry'
        WHEN fact ->> 'outcome' IS DISTINCT FROM move ->> 'to_state' THEN 'the outcome in the entry'
        WHEN fact -> 'transition' IS DISTINCT FROM jsonb_build_object(
               'from', move -> 'from_state', 'to', move -> 'to_state', 'revision', move -> 'revision')
          THEN 'the move in the entry' END;
      moved := true;
    END IF;
    IF coalesce(roles, fact #> '{actor,roles}') IS DISTINCT FROM fact #> '{actor,roles}' THEN
      wrong := coalesce(wrong, 'the roles in the entry');
    END IF;
    roles := fact #> '{actor,roles}';
  END LOOP;

  IF wrong IS NULL AND (decided <> (approval IS NOT NULL) OR moved <> (move IS NOT NULL)) THEN
    wrong := 'no entry';
  END IF;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'what happens to request % and what is recorded of it differ: %', q.request_id, wrong
      USING ERRCODE = 'restrict_violation';
  END IF;
END
$$;

-- The events that a write may append: the kernel's own word on this very step of the request; and, where the write
-- carries a local request out, what that appends, in its console's name and of a type that it declares. An event on a stream of the kernel must be of
-- the record that the request is on; the approval rules of a console are replaced by what two people other than the
-- requester have signed, whatever rules the request itself says hold for it.
CREATE OR REPLACE FUNCTION kernel.check_events(q kernel.action_request, p jsonb, p_by_people boolean) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
  move   jsonb := p #> '{transitions,0}';
  v_to   text  := move ->> 'to_state';
  step   text  := CASE WHEN p ? 'emergency_end' THEN 'emergency_' || (p #>> '{emergency_end,outcome}')
                       WHEN p ? 'renewal' THEN 'emergency_renewed'
                       WHEN p ? 'withdrawal' THEN 'withdrawn'
                       WHEN p ? 'voiding' THEN 'signatures_voided'
                       WHEN move IS NULL THEN CASE p #>> '{approval,decision}' WHEN 'approve' THEN 'approved' END
                       WHEN move ->> 'from_state' IS NULL THEN 'requested'
                       WHEN v_to = 'pending' THEN 'edited'
                       ELSE v_to END;
  actor  text  := CASE WHEN p_by_people THEN coalesce(p #>> '{approval,person_id}', p #>> '{renewal,person_id}',
                                                      p #>> '{withdrawal,person_id}', p #>> '{voiding,person_id}', move ->> 'actor_id')
                       ELSE 'system:dispatcher' END;
  e      jsonb;
  type   text;
  stream text;
BEGIN
  FOR e IN SELECT event FROM jsonb_array_elements(p -> 'events') AS event LOOP
    type := e ->> 'type';
    stream := e ->> 'stream';
    IF q.request_id IS NOT NULL AND e ->> 'request_id' = q.request_id::text AND e ->> 'source' = 'countersign' THEN
      CONTINUE WHEN type = 'kernel.action_request.' || step AND stream = 'kernel.action_request/' || q.request_id
                    AND e ->> 'actor_id' = actor;
      CONTINUE WHEN p_by_people AND v_to = 'executed' AND e ->> 'actor_id' = q.requested_by
                    AND type LIKE q.console || '.%'
                    AND kernel.may_append(q, type)
                    AND stream LIKE split_part(type, '.', 1) || '.' || split_part(type, '.', 2) || '/%'
                    AND (q.console <> 'kernel'
                         OR stream = 'kernel.' || q.target_kind || '/' || q.target_id
                         OR q.type = 'kernel.resolve_outcome' AND q.target_kind = 'request'
                            AND type = 'kernel.action_request.outcome_resolved'
                            AND stream = 'kernel.action_request/' || q.target_id
                         OR q.type = 'kernel.review_break_glass' AND q.target_kind = 'request'
                            AND type = 'kernel.action_request.break_glass_reviewed'
                            AND stream = 'kernel.action_request/' || q.target_id
                            AND kernel.may_review(q))
                    AND (type <> 'kernel.person.role_granted'
                         OR kernel.grants_role(q, (move ->> 'revision')::integer, e -> 'payload'))
                    AND (type NOT IN ('kernel.person.disabled', 'kernel.person.enabled')
                         OR kernel.changes_account(q, (move ->> 'revision')::integer, type))
                    AND (NOT kernel.is_of_an_erasure(type)
                         OR kernel.erases_subject(q, (move ->> 'revision')::integer, type, stream))
                    AND (type NOT LIKE 'kernel.approval\_policy.%'
                         OR kernel.changes_approval_policy(q, (move ->> 'revision')::integer, e -> 'payload'));
    END IF;
    -- An emergency that has lapsed is told of on the request that it was asked for by.
    CONTINUE WHEN NOT p_by_people AND q.request_id IS NULL AND p ? 'emergency_end'
                  AND type = 'kernel.action_request.' || step AND e ->> 'actor_id' = actor
                  AND stream = 'kernel.action_request/' || (p #>> '{emergency_end,request_id}')
                  AND e ->> 'request_id' = p #>> '{emergency_end,request_id}' AND e ->> 'source' = 'countersign';
    RAISE EXCEPTION 'the event % on % does not follow from what happens to request %', type, stream, q.request_id
      USING ERRCODE = 'restrict_violation';
  END LOOP;
END
$$;

-- Whether the action is declared to append such events. One of a console of one's own need not say which.
CREATE OR REPLACE FUNCTION kernel.may_append(q kernel.action_request, p_type text) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT p_type = ANY (d.event_types) FROM kernel.declared_action d WHERE d.action = q.type),
                  q.console <> 'kernel')
$$;

-- That something was erased is told by an erasure alone.
CREATE OR REPLACE FUNCTION kernel.is_of_an_erasure(p_type text) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT p_type LIKE '%\_erasure.%'
         AND EXISTS (SELECT FROM kernel.declared_action d WHERE d.erases AND p_type = ANY (d.event_types))
$$;

-- Whether this is what the people who agreed have signed, and there are two of them.
CREATE OR REPLACE FUNCTION kernel.changes_approval_policy(q kernel.action_request, p_revision integer, p_payload jsonb)
RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT q.type = 'kernel.change_approval_policy' AND kernel.counting_approvals(q.request_id, p_revision) >= 2
         AND EXISTS (SELECT FROM kernel.action_revision v
                      WHERE v.request_id = q.request_id AND v.revision = p_revision AND v.decided = p_payload)
$$;

-- Somebody other than who broke the glass looks at what was done.
CREATE OR REPLACE FUNCTION kernel.may_review(q kernel.action_request) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM kernel.break_glass b JOIN kernel.action_request broken USING (request_id)
                  WHERE b.request_id::text = q.target_id
                    AND NOT broken.requested_by = ANY (kernel.accounts_of(q.requested_by)))
$$;

-- An entry that says something of a request, which is written together with it or not at all.
CREATE OR REPLACE FUNCTION kernel.is_of_a_request(fact jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
  SELECT fact ?| ARRAY['action_request_id', 'transition'] OR fact ->> 'kind' = 'approval'
$$;

-- What may be recorded with nothing beside it: of an action no more than that it was refused, and nothing in the name of
-- the processes that record by routines of their own.
CREATE OR REPLACE FUNCTION kernel.stands_alone(fact jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
  SELECT NOT kernel.is_of_a_request(fact) AND (fact ->> 'kind' <> 'action' OR fact ->> 'outcome' = 'refused')
         AND fact #>> '{actor,id}' NOT IN ('system:dispatcher', 'system:alerts', 'system:evidence')
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
  IF p ?| ARRAY['settle', 'lift', 'child'] OR p #>> '{emergency_end,outcome}' = 'lapsed' OR EXISTS (
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
  IF p ?| ARRAY['idempotency', 'request', 'revision', 'approval', 'renewal', 'emergency', 'break_glass', 'outbox', 'lift',
            'rows', 'child', 'undo', 'withdrawal', 'voiding']
     OR p #>> '{emergency_end,outcome}' <> 'lapsed' THEN
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

-- For the dispatcher: the request that lifts an emergency which was rejected or has lapsed. What else it may be, the
-- guards of emergency_lift and of transitions derive from the rows.
CREATE OR REPLACE FUNCTION kernel.commit_lift(p jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
BEGIN
  IF NOT p ?& ARRAY['lift', 'request', 'revision', 'transitions', 'outbox']
     OR p ?| ARRAY['idempotency', 'approval', 'renewal', 'emergency', 'break_glass', 'emergency_end', 'settle', 'expect',
                   'rows', 'child', 'undo', 'withdrawal', 'voiding']
     OR p #>> '{transitions,0,basis}' IS DISTINCT FROM 'emergency'
     OR p #>> '{request,requested_by}' IS DISTINCT FROM 'system:dispatcher' THEN
    RAISE EXCEPTION 'the dispatcher requests nothing but the lifting of an emergency'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN kernel.write_parts(p, false);
END
$$;

-- That there is nothing to lift, with the entry that says so and why: the emergency had no effect, or has been lifted by people.
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

REVOKE ALL ON FUNCTION kernel.write_parts(jsonb, boolean), kernel.commit_write(jsonb), kernel.commit_outcome(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.commit_write(jsonb) TO countersign_app;
GRANT EXECUTE ON FUNCTION kernel.commit_outcome(jsonb) TO countersign_dispatcher;
