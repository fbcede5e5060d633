-- What a request may become, derived from the rows alone: a second line that shares no code with the first.

-- A request over many records has itself as its target.
CREATE OR REPLACE FUNCTION kernel.is_bulk(q kernel.action_request) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
  SELECT q.target_kind = 'request' AND q.target_id = q.request_id::text
$$;

-- What has been asked for within a window and has not come to nothing, all together; without the request itself. The rows
-- of a request over many records count with it, those of this currency, and each for its own record.
CREATE OR REPLACE FUNCTION kernel.rolling_sum(p_type text, p_per text, p_key text, p_currency text, p_within_s integer,
                                              p_but uuid) RETURNS numeric
LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum(CASE
           WHEN NOT kernel.is_bulk(q) THEN (v.evidence #>> '{attributes,amount,amount}')::numeric
           ELSE (SELECT sum((r.attributes #>> '{amount,amount}')::numeric) FROM kernel.bulk_row r
                  WHERE r.request_id = q.request_id AND r.attributes #>> '{amount,currency}' = p_currency) END), 0)
    FROM kernel.action_request q
    JOIN kernel.action_revision v ON v.request_id = q.request_id AND v.revision = q.revision
   WHERE q.type = p_type
     AND q.created_at > clock_timestamp() - make_interval(secs => p_within_s)
     AND q.state NOT IN ('denied', 'rejected', 'cancelled', 'expired', 'stale', 'failed')
     AND q.request_id IS DISTINCT FROM p_but
     AND (v.evidence #>> '{attributes,amount,currency}' = p_currency OR kernel.is_bulk(q))
     AND (p_per = 'target' OR NOT EXISTS (SELECT FROM kernel.bulk_child c WHERE c.child_id = q.request_id))
     AND CASE p_per WHEN 'requester' THEN q.requested_by = ANY ((SELECT kernel.accounts_of(p_key))::text[])
                    WHEN 'target'    THEN q.target_kind || '/' || q.target_id = p_key
                    ELSE true END
$$;

-- One at a time of those that add up to one sum; each then sees what the others have asked for.
CREATE OR REPLACE FUNCTION kernel.check_rolling(p_sums jsonb, p_request uuid) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  shared text;
  s      record;
BEGIN
  -- Of a requester's, what each account of theirs adds to; in one order, whoever asks.
  FOR shared IN
    SELECT DISTINCT w.type || ' ' || w.per || ' ' || adds.key
      FROM jsonb_to_recordset(p_sums) AS w (type text, per text, key text)
     CROSS JOIN unnest(CASE w.per WHEN 'requester' THEN kernel.accounts_of(w.key) ELSE ARRAY[w.key] END) AS adds (key)
     ORDER BY 1
  LOOP
    PERFORM pg_advisory_xact_lock(hashtextextended('rolling ' || shared, 0));
  END LOOP;
  FOR s IN
    SELECT * FROM jsonb_to_recordset(p_sums) AS w (type text, per text, key text, currency text, within_s integer, others numeric)
  LOOP
    IF kernel.rolling_sum(s.type, s.per, s.key, s.currency, s.within_s, p_request) > s.others THEN
      RAISE EXCEPTION 'more has been asked for meanwhile' USING ERRCODE = 'CS409', CONSTRAINT = 'sum_moved';
    END IF;
  END LOOP;
END
$$;

-- The approvals that count towards a quorum: distinct people (not accounts), not the requester, on this digest, in time, holding an
-- eligible role then and now, who did not get it, or their account back, by the requester's word within 24 h, and that
-- the record has not made void since. What is a row of a request over many records was agreed to with it.
CREATE OR REPLACE FUNCTION kernel.counting_approvals(p_request uuid, p_revision integer) RETURNS integer
LANGUAGE sql STABLE AS $$
  SELECT count(DISTINCT kernel.human_of(a.person_id))::integer
    FROM (SELECT p_request AS request_id, p_revision AS revision) asked
    LEFT JOIN kernel.bulk_child whole ON whole.child_id = asked.request_id
    JOIN kernel.action_request q ON q.request_id = coalesce(whole.request_id, asked.request_id)
    JOIN kernel.action_revision v ON v.request_id = q.request_id
                                 AND v.revision = CASE WHEN whole.request_id IS NULL THEN asked.revision ELSE q.revision END
    JOIN kernel.action_approval a ON a.request_id = v.request_id AND a.revision = v.revision
    JOIN kernel.person p ON p.person_id = a.person_id
   WHERE a.decision = 'approve'
     AND NOT a.person_id = ANY (kernel.accounts_of(q.requested_by) || kernel.accounts_of(v.created_by))
     AND p.kind = 'person'
     AND a.digest = v.digest
     AND a.at <= kernel.decided_until(v)
     AND (v.approval_max_age_s IS NULL
          OR a.authenticated_at >= a.at - make_interval(secs => v.approval_max_age_s))
     AND a.roles && v.eligible_roles
     AND kernel.current_roles(a.person_id) && v.eligible_roles
     AND NOT EXISTS (SELECT FROM kernel.voided_approval x
                      WHERE (x.request_id, x.revision, x.person_id) = (a.request_id, a.revision, a.person_id))
     AND NOT kernel.was_empowered_by(a.person_id, v.eligible_roles, q.requested_by, a.at - interval '24 hours')
$$;

-- What must have come of an effect before its request may be moved so: each outcome is written before the move.
CREATE OR REPLACE FUNCTION kernel.effect_allows(p_request uuid, p_revision integer, p_to text) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT CASE p_to
    WHEN 'dispatching' THEN EXISTS (
      SELECT FROM kernel.outbox o
        JOIN kernel.effect_attempt a USING (request_id, revision, fence)
       WHERE o.request_id = p_request AND o.revision = p_revision AND o.settled_at IS NULL)
    ELSE EXISTS (
      SELECT FROM kernel.effect_outcome e
       WHERE e.request_id = p_request AND e.revision = p_revision
         AND e.outcome = ANY (CASE p_to WHEN 'executed'        THEN ARRAY['done']
                                        WHEN 'failed'          THEN ARRAY['refused', 'stale']
                                        WHEN 'outcome_unknown' THEN ARRAY['unknown']
                                        WHEN 'stale'           THEN ARRAY['stale'] END))
  END
$$;

CREATE OR REPLACE FUNCTION kernel.check_transition() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  request  kernel.action_request;
  current_revision kernel.action_revision;
BEGIN
  SELECT * INTO request FROM kernel.action_request WHERE request_id = NEW.request_id FOR UPDATE;
  SELECT * INTO current_revision
    FROM kernel.action_revision WHERE request_id = NEW.request_id AND revision = NEW.revision;
  IF request.state IS DISTINCT FROM NEW.from_state
     OR NEW.step <> request.transitions + 1
     OR NOT kernel.move_is_legal(NEW.from_state, NEW.to_state, coalesce(current_revision.effect = 'local', false)) THEN
    RAISE EXCEPTION 'request % cannot move from % to % (it is %)',
                    NEW.request_id, NEW.from_state, NEW.to_state, request.state
      USING ERRCODE = 'CS409', CONSTRAINT = 'illegal_transition';
  END IF;
  IF NEW.revision <> request.revision + (NEW.from_state = 'pending' AND NEW.to_state = 'pending')::integer
     AND NEW.from_state IS NOT NULL THEN
    RAISE EXCEPTION 'request % is at revision %, not %', NEW.request_id, request.revision, NEW.revision
      USING ERRCODE = 'CS409', CONSTRAINT = 'wrong_revision';
  END IF;

  IF NEW.to_state = 'dispatching' AND kernel.is_held_back(current_revision) THEN
    RAISE EXCEPTION 'request % is not due', NEW.request_id USING ERRCODE = 'CS409', CONSTRAINT = 'not_due';
  END IF;

  IF NEW.to_state = 'dispatching' AND current_revision.evidence_first AND NOT request.containment
     AND NOT kernel.is_witnessed(NEW.request_id, NEW.revision) THEN
    RAISE EXCEPTION 'the authorisation of request % is in no witnessed checkpoint yet', NEW.request_id
      USING ERRCODE = 'CS409', CONSTRAINT = 'no_evidence_yet';
  END IF;

  IF NEW.basis IS NOT NULL THEN
    IF current_revision.request_id IS NULL THEN
      RAISE EXCEPTION 'request % has no revision %', NEW.request_id, NEW.revision
        USING ERRCODE = 'CS409', CONSTRAINT = 'wrong_revision';
    END IF;
    IF clock_timestamp() > current_revision.expires_at THEN
      RAISE EXCEPTION 'request % expired at %', NEW.request_id, current_revision.expires_at
        USING ERRCODE = 'CS410', CONSTRAINT = 'request_expired';
    END IF;
    IF NEW.basis = 'quorum' THEN
      IF current_revision.required_approvals > 0
         AND kernel.counting_approvals(NEW.request_id, NEW.revision) < current_revision.required_approvals THEN
        RAISE EXCEPTION 'request % lacks its quorum of %', NEW.request_id, current_revision.required_approvals
          USING ERRCODE = 'CS409', CONSTRAINT = 'quorum_not_reached';
      END IF;
    ELSIF NEW.from_state IS NOT NULL OR NOT coalesce(kernel.has_basis(NEW.request_id, NEW.revision, NEW.basis), false) THEN
      RAISE EXCEPTION 'request % has no basis %', NEW.request_id, NEW.basis
        USING ERRCODE = 'CS409', CONSTRAINT = 'no_such_basis';
    END IF;
    IF NEW.basis = 'quorum' AND current_revision.effect = 'upstream' AND NOT kernel.is_bulk(request) THEN
      PERFORM kernel.check_under_way(NEW.request_id, true);
    END IF;
    -- Whatever the request says itself that it needs. Of what goes before its approval only effects at an upstream do.
    IF (NEW.basis = 'quorum' OR current_revision.effect = 'local')
       AND kernel.least_required(request.type) > current_revision.required_approvals
       AND kernel.counting_approvals(NEW.request_id, NEW.revision) < kernel.least_required(request.type) THEN
      RAISE EXCEPTION '% needs the agreement of % other at least', request.type, kernel.least_required(request.type)
        USING ERRCODE = 'CS409', CONSTRAINT = 'quorum_not_reached';
    END IF;
    IF EXISTS (SELECT FROM kernel.action_approval
                WHERE request_id = NEW.request_id AND revision = NEW.revision AND decision = 'reject') THEN
      RAISE EXCEPTION 'request % has been rejected', NEW.request_id
        USING ERRCODE = 'CS409', CONSTRAINT = 'rejected';
    END IF;
  ELSIF NEW.from_state IN ('authorized', 'dispatching', 'outcome_unknown') THEN
    IF NOT kernel.effect_allows(NEW.request_id, NEW.revision, NEW.to_state) THEN
      RAISE EXCEPTION 'nothing that came of the effect of request % makes it %', NEW.request_id, NEW.to_state
        USING ERRCODE = 'CS409', CONSTRAINT = 'no_outcome';
    END IF;
    -- By read-back or by a resolution; a check of its own keeps the latter to what people have agreed.
    IF NEW.from_state = 'outcome_unknown' AND NOT EXISTS (
         SELECT FROM kernel.effect_outcome e
          WHERE e.request_id = NEW.request_id AND e.revision = NEW.revision
            AND (e.by_readback OR e.resolution_id IS NOT NULL) AND e.outcome <> 'unknown'
            AND e.fence = (SELECT max(a.fence) FROM kernel.effect_attempt a
                            WHERE a.request_id = NEW.request_id AND a.revision = NEW.revision)) THEN
      RAISE EXCEPTION 'nobody has said what came of the effect of request %', NEW.request_id
        USING ERRCODE = 'CS409', CONSTRAINT = 'not_resolved';
    END IF;
  ELSIF NEW.to_state = 'rejected' THEN
    IF NOT EXISTS (SELECT FROM kernel.action_approval
                    WHERE request_id = NEW.request_id AND revision = NEW.revision AND decision = 'reject') THEN
      RAISE EXCEPTION 'request % has no rejection', NEW.request_id
        USING ERRCODE = 'CS409', CONSTRAINT = 'no_rejection';
    END IF;
  ELSIF NEW.to_state = 'expired' THEN
    IF clock_timestamp() <= current_revision.expires_at THEN
      RAISE EXCEPTION 'request % has not expired', NEW.request_id
        USING ERRCODE = 'CS409', CONSTRAINT = 'not_expired';
    END IF;
  ELSIF NEW.to_state = 'pending' AND current_revision.request_id IS NULL THEN
    RAISE EXCEPTION 'request % has no revision %', NEW.request_id, NEW.revision
      USING ERRCODE = 'CS409', CONSTRAINT = 'wrong_revision';
  END IF;
  IF NEW.to_state IN ('cancelled', 'pending') AND NEW.actor_id <> request.requested_by THEN
    RAISE EXCEPTION 'only its requester changes or cancels request %', NEW.request_id
      USING ERRCODE = 'CS403', CONSTRAINT = 'not_the_requester';
  END IF;

  UPDATE kernel.action_request
     SET state = NEW.to_state, state_at = NEW.at, revision = NEW.revision, transitions = NEW.step
   WHERE request_id = NEW.request_id;
  RETURN NEW;
END
$$;
