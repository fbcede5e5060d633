-- What a write (commit-write.routine.sql) records, held against what it does.

-- An entry that says something of a request, which is written together with it or not at all.
CREATE OR REPLACE FUNCTION kernel.is_of_a_request(fact jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
  SELECT fact ?| ARRAY['action_request_id', 'transition'] OR fact ->> 'kind' = 'approval'
$$;

-- What may be recorded with nothing beside it: of an action no more than that it was refused, under whatever kind; and nothing in
-- the name of a process: each records by routines of its own. The command line is none: it writes as the server does.
CREATE OR REPLACE FUNCTION kernel.stands_alone(fact jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
  SELECT NOT kernel.is_of_a_request(fact) AND (fact ->> 'kind' <> 'action' OR fact ->> 'outcome' = 'refused')
         AND NOT fact ->> 'outcome' IN ('authorized', 'dispatching', 'executed', 'outcome_unknown')
         AND (fact #>> '{actor,id}' NOT SIMILAR TO '(system|signer):%' OR fact #>> '{actor,id}' = 'system:cli')
$$;

DROP FUNCTION IF EXISTS kernel.check_recorded(uuid, jsonb);
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
                  WHEN p ? 'emergency_end' AND (p_by_people OR jsonb_array_length(p -> 'audit') <> 1
                                                OR p #>> '{emergency_end,actor_id}' IS DISTINCT FROM 'system:dispatcher')
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
      -- What is written beside a move without an entry of its own is what this very move makes.
      WHEN p ?| ARRAY['rows', 'undo', 'child', 'lift'] AND NOT p ? 'request'
           OR p ? 'request' AND (p ? 'expect' OR approval IS NOT NULL)
           OR p ? 'revision'
              AND NOT coalesce((p ? 'request' AND move ->> 'to_state' <> 'denied'
                                OR (move ->> 'from_state', move ->> 'to_state') = ('pending', 'pending'))
                               AND p #>> '{revision,revision}' = move ->> 'revision', false)
           OR p ? 'emergency' AND (NOT p ?& ARRAY['request', 'revision'] OR move ->> 'basis' IS DISTINCT FROM 'emergency')
           OR p ? 'break_glass' AND (NOT p ?& ARRAY['request', 'revision'] OR move ->> 'basis' IS DISTINCT FROM 'break_glass')
           OR p ? 'outbox' AND (move ->> 'to_state' IS DISTINCT FROM 'authorized'
                                OR p #>> '{outbox,revision}' IS DISTINCT FROM move ->> 'revision')
        THEN 'a part of another move'
      WHEN NOT p_by_people THEN CASE
        WHEN move IS NULL AND NOT p ? 'settle' THEN 'nothing that a dispatcher does'
        WHEN move ->> 'actor_id' <> 'system:dispatcher' THEN 'another than the dispatcher as its actor' END
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
    -- Of the people none has the name of a process (kernel.person.person_id_names_a_person).
    IF p_by_people AND wrong IS NULL THEN
      PERFORM FROM kernel.person WHERE person_id = coalesce(approval ->> 'person_id', move ->> 'actor_id');
      IF NOT FOUND THEN
        wrong := 'nobody who is known here';
      END IF;
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
