-- What a write (commit-write.routine.sql) tells of, held against what it does.

-- Whether the action is declared, and to append such events. One of a console of one's own need not say which.
CREATE OR REPLACE FUNCTION kernel.may_append(q kernel.action_request, p_type text) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM kernel.declared_action d
                  WHERE d.action = q.type AND coalesce(p_type = ANY (d.event_types), q.console <> 'kernel'))
$$;

-- That something was erased is told by an erasure alone.
CREATE OR REPLACE FUNCTION kernel.is_of_an_erasure(p_type text) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM kernel.declared_action d WHERE d.erases AND p_type = ANY (d.event_types))
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

-- The event that tells of what the step which carries such a request out does in the database besides. Null: it does nothing that
-- has to be told of.
CREATE OR REPLACE FUNCTION kernel.told_by(q kernel.action_request) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN CASE WHEN q.type = 'kernel.disable_account' THEN 'kernel.person.disabled'
              WHEN q.type = 'kernel.enable_account' THEN 'kernel.person.enabled'
              WHEN q.type = 'kernel.end_session' THEN 'kernel.person.session_ended'
              WHEN kernel.is_erasure(q) THEN q.console || '.' || q.target_kind || '_erasure.carried_out' END;
END
$$;

-- The events that a write may append: the kernel's own word on this very step of the request; and, where the write
-- carries a local request out, what that appends, in its console's name and of a type that it declares. An event on a stream of the kernel must be of
-- the record that the request is on, and so must one that lets somebody see personal data; the approval rules of a console are replaced by what two people other than the
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
  teller text;
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
                         OR q.type = 'kernel.reveal_request' AND type = 'kernel.request_reveal.granted'
                         OR q.type = 'kernel.resolve_outcome' AND q.target_kind = 'request'
                            AND type = 'kernel.action_request.outcome_resolved'
                            AND stream = 'kernel.action_request/' || q.target_id
                         OR q.type = 'kernel.review_break_glass' AND q.target_kind = 'request'
                            AND type = 'kernel.action_request.break_glass_reviewed'
                            AND stream = 'kernel.action_request/' || q.target_id
                            AND kernel.may_review(q))
                    AND (type NOT LIKE '%.%\_reveal.granted'
                         OR stream = q.console || '.' || q.target_kind || '_reveal/' || q.target_id)
                    AND (type <> 'kernel.person.role_granted'
                         OR kernel.grants_role(q, (move ->> 'revision')::integer, e -> 'payload'))
                    AND (type <> 'kernel.person.role_revoked'
                         OR kernel.revokes_role(q, (move ->> 'revision')::integer, e -> 'payload'))
                    AND (type <> 'kernel.person.session_ended'
                         OR q.type = 'kernel.end_session'
                            AND kernel.is_decided_role(q, (move ->> 'revision')::integer, e -> 'payload'))
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

  IF v_to = 'executed' THEN
    teller := kernel.told_by(q);
    IF teller IS NOT NULL
       AND (SELECT count(*) FROM jsonb_array_elements(p -> 'events') AS event WHERE event ->> 'type' = teller) <> 1 THEN
      RAISE EXCEPTION 'what request % does is told of by one event %', q.request_id, teller
        USING ERRCODE = 'restrict_violation';
    END IF;
  END IF;
END
$$;
