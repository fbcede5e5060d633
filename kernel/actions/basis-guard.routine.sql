-- What an emergency, its renewal, its end and its lifting need, and who may break glass: derived from rows alone.

CREATE OR REPLACE FUNCTION kernel.emergency_until(p_request uuid) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
  SELECT max(until) FROM kernel.emergency_term WHERE request_id = p_request
$$;

-- Whether what it did has been taken back since: another request for its inverse was carried out on the record. What holds there now,
-- others have brought about, and the end of this emergency changes nothing of it.
CREATE OR REPLACE FUNCTION kernel.emergency_is_spent(p_request uuid, p_lift uuid DEFAULT NULL) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT FROM kernel.emergency e
      JOIN kernel.action_request q ON q.request_id = e.request_id AND q.state = 'executed'
      JOIN kernel.action_request taken ON (taken.target_kind, taken.target_id) = (q.target_kind, q.target_id)
       AND taken.type = e.inverse AND taken.state = 'executed' AND taken.state_at >= q.state_at
     WHERE e.request_id = p_request AND taken.request_id IS DISTINCT FROM p_lift)
$$;

-- Its effect never came, or not as far as anybody will ever know of it: there is nothing in force to agree to, or to lift.
CREATE OR REPLACE FUNCTION kernel.emergency_had_no_effect(p_request uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM kernel.action_request WHERE request_id = p_request AND state IN ('failed', 'stale'))
$$;

-- In force or about to be, and not agreed to, rejected, lapsed or taken back.
CREATE OR REPLACE FUNCTION kernel.emergency_is_open(p_request uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM kernel.emergency WHERE request_id = p_request)
         AND NOT EXISTS (SELECT FROM kernel.emergency_end WHERE request_id = p_request)
         AND NOT kernel.emergency_had_no_effect(p_request)
         AND NOT kernel.emergency_is_spent(p_request)
$$;

-- Until when somebody may not take the emergency form of an action on a record, under any account of theirs: for a day
-- after one of theirs was rejected or taken back, or lapsed after it had been in force (docs/adr/0004-one-emergency-a-day.md). NULL: they may.
CREATE OR REPLACE FUNCTION kernel.emergency_barred_until(p_type text, p_target_kind text, p_target_id text, p_person text,
                                                         p_at timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
  SELECT max(ended) + interval '24 hours'
    FROM (SELECT CASE WHEN x.outcome IN ('rejected', 'taken_back') THEN x.at
                      WHEN q.state NOT IN ('failed', 'stale') THEN kernel.emergency_until(e.request_id) END AS ended
            FROM kernel.action_request q
            JOIN kernel.emergency e USING (request_id)
            LEFT JOIN kernel.emergency_end x USING (request_id)
           WHERE q.type = p_type AND (q.target_kind, q.target_id) = (p_target_kind, p_target_id)
             AND q.requested_by = ANY (kernel.accounts_of(p_person))
             AND x.outcome IS DISTINCT FROM 'agreed') earlier
   WHERE ended BETWEEN p_at - interval '24 hours' AND p_at
$$;

-- The ordinary request of the same human for the same that others had rejected within the day before this emergency was asked for: it
-- bars nothing, and whoever decides on the emergency is told of it. With who rejected it, and when.
CREATE OR REPLACE FUNCTION kernel.rejected_before(q kernel.action_request)
RETURNS TABLE (request_id uuid, at timestamptz, person_id text)
LANGUAGE sql STABLE AS $$
  SELECT o.request_id, a.at, a.person_id
    FROM kernel.action_request o
    JOIN kernel.action_approval a ON (a.request_id, a.revision) = (o.request_id, o.revision) AND a.decision = 'reject'
   WHERE (o.target_kind, o.target_id) = (q.target_kind, q.target_id) AND o.type = q.type AND o.state = 'rejected'
     AND o.requested_by = ANY (kernel.accounts_of(q.requested_by))
     AND a.at BETWEEN q.created_at - interval '24 hours' AND q.created_at
   ORDER BY a.at DESC LIMIT 1
$$;

-- Of an action that has this emergency form; asked for by an active person who has just proved who they are, with a note, where
-- others are asked meanwhile, and to whom others have not just said no. Looked at as of when it was asked for: how it ends itself says nothing against it.
CREATE OR REPLACE FUNCTION kernel.opens_emergency(p_request uuid, p_revision integer) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT FROM kernel.action_request q
      JOIN kernel.action_revision v ON v.request_id = q.request_id AND v.revision = p_revision
      JOIN kernel.emergency e ON e.request_id = q.request_id AND e.revision = p_revision
      JOIN kernel.emergency_term t ON t.request_id = q.request_id AND t.term = 1
      JOIN kernel.person p ON p.person_id = q.requested_by
     WHERE q.request_id = p_request
       AND p.kind = 'person' AND p.disabled_at IS NULL
       AND kernel.has_emergency_form(q.type, e.inverse)
       AND v.required_approvals > 0 AND v.reason_note IS NOT NULL
       AND t.person_id = q.requested_by AND t.until > clock_timestamp()
       AND v.authenticated_at >= v.created_at - make_interval(secs => e.step_up_s)
       AND kernel.emergency_barred_until(q.type, q.target_kind, q.target_id, q.requested_by, t.at) IS NULL
       AND kernel.emergency_is_open(p_request))
$$;

-- The request that lifts an emergency which was rejected or has lapsed, while what holds is what it did.
CREATE OR REPLACE FUNCTION kernel.lifts_emergency(p_request uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT FROM kernel.emergency_lift l
      JOIN kernel.emergency e ON e.request_id = l.request_id
      JOIN kernel.emergency_end x ON x.request_id = l.request_id AND x.outcome IN ('rejected', 'lapsed')
      JOIN kernel.action_request q ON q.request_id = l.request_id AND q.state = 'executed'
      JOIN kernel.action_request lift ON lift.request_id = l.lift_id
     WHERE l.lift_id = p_request AND lift.type = e.inverse
       AND (lift.target_kind, lift.target_id) = (q.target_kind, q.target_id)
       AND lift.requested_by = 'system:dispatcher'
       AND NOT kernel.emergency_is_spent(l.request_id, p_request))
$$;

-- Whether the approval policy of the console, as set last, names this person, and they hold one of its super roles now.
-- No list, an empty list, no such role: nobody.
CREATE OR REPLACE FUNCTION kernel.may_break_glass(p_console text, p_person text) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT payload -> 'break_glass' ? p_person FROM kernel.event
                    WHERE stream = 'kernel.approval_policy/' || p_console
                    ORDER BY version DESC LIMIT 1), false)
         AND EXISTS (SELECT FROM kernel.role
                      WHERE console = p_console AND breaks_glass AND role = ANY (kernel.current_roles(p_person)))
$$;

CREATE OR REPLACE FUNCTION kernel.breaks_glass(p_request uuid, p_revision integer) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT FROM kernel.action_request q
      JOIN kernel.action_revision v ON v.request_id = q.request_id AND v.revision = p_revision
      JOIN kernel.break_glass b ON b.request_id = q.request_id AND b.revision = p_revision
      JOIN kernel.person p ON p.person_id = q.requested_by
     WHERE q.request_id = p_request
       AND p.kind = 'person' AND p.disabled_at IS NULL
       AND q.risk = 'critical' AND q.console <> 'kernel' AND v.effect = 'upstream' AND v.reason_note IS NOT NULL
       AND v.authenticated_at >= v.created_at - make_interval(secs => b.step_up_s)
       AND kernel.may_break_glass(q.console, q.requested_by))
$$;

CREATE OR REPLACE FUNCTION kernel.check_emergency_term() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  request   kernel.action_request;
  emergency kernel.emergency;
  eligible  text[];
  terms     integer;
BEGIN
  SELECT * INTO STRICT request FROM kernel.action_request WHERE request_id = NEW.request_id FOR UPDATE;
  SELECT * INTO STRICT emergency FROM kernel.emergency WHERE request_id = NEW.request_id;
  SELECT eligible_roles INTO STRICT eligible FROM kernel.action_revision
   WHERE request_id = NEW.request_id AND revision = emergency.revision;
  SELECT count(*) INTO terms FROM kernel.emergency_term WHERE request_id = NEW.request_id;
  IF NEW.term <> terms + 1 OR NEW.until > clock_timestamp() + make_interval(secs => emergency.limit_s) THEN
    RAISE EXCEPTION 'a term of an emergency follows the last and is no longer than its limit'
      USING ERRCODE = 'CS409', CONSTRAINT = 'emergency_term';
  END IF;
  IF NOT coalesce(NEW.authenticated_at >= clock_timestamp() - make_interval(secs => emergency.step_up_s), false) THEN
    RAISE EXCEPTION 'an emergency needs a fresh authentication'
      USING ERRCODE = 'CS403', CONSTRAINT = 'insufficient_user_authentication';
  END IF;
  IF NEW.term = 1 THEN
    IF NEW.person_id <> request.requested_by OR request.state IS NOT NULL THEN
      RAISE EXCEPTION 'the first term of an emergency is its requester''s, and begins with it'
        USING ERRCODE = 'CS409', CONSTRAINT = 'emergency_term';
    END IF;
    RETURN NEW;
  END IF;
  IF NOT kernel.emergency_is_open(NEW.request_id) OR kernel.emergency_until(NEW.request_id) < clock_timestamp() THEN
    RAISE EXCEPTION 'the emergency of request % is over', NEW.request_id
      USING ERRCODE = 'CS410', CONSTRAINT = 'emergency_over';
  END IF;
  IF NEW.person_id = ANY (kernel.accounts_of(request.requested_by)) THEN
    RAISE EXCEPTION 'nobody renews an emergency of their own' USING ERRCODE = 'CS403', CONSTRAINT = 'own_request';
  END IF;
  IF NOT (kernel.current_roles(NEW.person_id) @> NEW.roles AND NEW.roles && eligible)
     OR NOT EXISTS (SELECT FROM kernel.person p
                     WHERE p.person_id = NEW.person_id AND p.kind = 'person' AND p.disabled_at IS NULL) THEN
    RAISE EXCEPTION '% holds none of the eligible roles', NEW.person_id
      USING ERRCODE = 'CS403', CONSTRAINT = 'not_eligible';
  END IF;
  RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION kernel.check_emergency_end() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  revision kernel.action_revision;
  rejected boolean;
BEGIN
  PERFORM FROM kernel.action_request WHERE request_id = NEW.request_id FOR UPDATE;
  SELECT v.* INTO STRICT revision FROM kernel.emergency e JOIN kernel.action_revision v USING (request_id, revision)
   WHERE e.request_id = NEW.request_id;
  rejected := EXISTS (SELECT FROM kernel.action_approval a
                       WHERE a.request_id = NEW.request_id AND a.revision = revision.revision AND a.decision = 'reject');
  IF NOT coalesce(kernel.emergency_is_spent(NEW.request_id) = (NEW.outcome = 'taken_back')
         AND kernel.emergency_had_no_effect(NEW.request_id) = (NEW.outcome = 'no_effect') AND CASE NEW.outcome
           WHEN 'taken_back' THEN NEW.actor_id = 'system:dispatcher'
           WHEN 'no_effect'  THEN NEW.actor_id = 'system:dispatcher'
           WHEN 'agreed'   THEN NOT rejected AND kernel.counting_approvals(NEW.request_id, revision.revision)
                                                 >= greatest(revision.required_approvals, 1)
           WHEN 'rejected' THEN rejected
           WHEN 'lapsed'   THEN kernel.emergency_until(NEW.request_id) < clock_timestamp() END, false) THEN
    RAISE EXCEPTION 'the emergency of request % is not %', NEW.request_id, NEW.outcome
      USING ERRCODE = 'CS409', CONSTRAINT = 'emergency_end';
  END IF;
  RETURN NEW;
END
$$;

-- With the step by which its effect comes to nothing the emergency is over, whoever brings that about.
CREATE OR REPLACE FUNCTION kernel.end_emergency_without_effect() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
BEGIN
  INSERT INTO kernel.emergency_end (request_id, tenant_id, outcome, actor_id)
  SELECT e.request_id, e.tenant_id, 'no_effect', 'system:dispatcher'
    FROM kernel.emergency e
   WHERE e.request_id = NEW.request_id
     AND NOT EXISTS (SELECT FROM kernel.emergency_end x WHERE x.request_id = e.request_id);
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION kernel.end_emergency_without_effect() FROM PUBLIC;
CREATE OR REPLACE TRIGGER end_emergency_without_effect AFTER INSERT ON kernel.action_transition
  FOR EACH ROW WHEN (NEW.to_state IN ('failed', 'stale')) EXECUTE FUNCTION kernel.end_emergency_without_effect();
ALTER TABLE kernel.action_transition ENABLE ALWAYS TRIGGER end_emergency_without_effect;

CREATE OR REPLACE FUNCTION kernel.check_emergency_lift() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM kernel.emergency_end
                  WHERE request_id = NEW.request_id AND outcome IN ('rejected', 'lapsed'))
     OR NEW.try <> (SELECT count(*) + 1 FROM kernel.emergency_lift WHERE request_id = NEW.request_id)
     OR EXISTS (SELECT FROM kernel.emergency_lift l LEFT JOIN kernel.action_request q ON q.request_id = l.lift_id
                 WHERE l.request_id = NEW.request_id
                   AND (l.lift_id IS NULL OR q.state NOT IN ('stale', 'failed')))
     OR NEW.lift_id IS NOT NULL AND kernel.emergency_is_spent(NEW.request_id) THEN
    RAISE EXCEPTION 'the emergency of request % is not to be lifted', NEW.request_id
      USING ERRCODE = 'CS409', CONSTRAINT = 'emergency_lift';
  END IF;
  RETURN NEW;
END
$$;

-- Nobody decides on what is not to be decided on, nor without what the rules ask of who decides.
CREATE OR REPLACE FUNCTION kernel.check_approval() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  request  kernel.action_request;
  revision kernel.action_revision;
  emergent boolean;
  accounts text[] := kernel.accounts_of(NEW.person_id);
BEGIN
  SELECT * INTO STRICT request FROM kernel.action_request WHERE request_id = NEW.request_id FOR UPDATE;
  SELECT * INTO STRICT revision
    FROM kernel.action_revision r WHERE r.request_id = NEW.request_id AND r.revision = NEW.revision;
  emergent := kernel.emergency_is_open(NEW.request_id);
  IF NOT (request.state = 'pending' OR emergent) OR request.revision <> NEW.revision THEN
    RAISE EXCEPTION 'request % is %, at revision %', NEW.request_id, request.state, request.revision
      USING ERRCODE = 'CS409', CONSTRAINT = 'not_pending';
  END IF;
  IF clock_timestamp() > kernel.decided_until(revision) THEN
    RAISE EXCEPTION 'request % expired at %', NEW.request_id, kernel.decided_until(revision)
      USING ERRCODE = 'CS410', CONSTRAINT = 'request_expired';
  END IF;
  IF NEW.digest <> revision.digest THEN
    RAISE EXCEPTION 'the digest signed is not that of revision % of request %', NEW.revision, NEW.request_id
      USING ERRCODE = 'CS409', CONSTRAINT = 'digest_differs';
  END IF;
  IF accounts && ARRAY[request.requested_by, revision.created_by] THEN
    RAISE EXCEPTION 'nobody decides on their own request'
      USING ERRCODE = 'CS403', CONSTRAINT = 'own_request';
  END IF;
  -- Before it is counted: whoever has signed under one address would count again under another.
  IF EXISTS (SELECT FROM kernel.action_approval a
              WHERE a.request_id = NEW.request_id AND a.revision = NEW.revision AND a.person_id <> NEW.person_id
                AND a.person_id = ANY (accounts)) THEN
    RAISE EXCEPTION '% has decided on this revision with another account', NEW.person_id
      USING ERRCODE = 'CS409', CONSTRAINT = 'already_decided';
  END IF;
  IF NOT EXISTS (SELECT FROM kernel.person p
                  WHERE p.person_id = NEW.person_id AND p.kind = 'person' AND p.disabled_at IS NULL) THEN
    RAISE EXCEPTION '% is not an active person', NEW.person_id
      USING ERRCODE = 'CS403', CONSTRAINT = 'not_a_person';
  END IF;
  IF NOT (kernel.current_roles(NEW.person_id) @> NEW.roles AND NEW.roles && revision.eligible_roles) THEN
    RAISE EXCEPTION '% holds none of the eligible roles', NEW.person_id
      USING ERRCODE = 'CS403', CONSTRAINT = 'not_eligible';
  END IF;
  -- A rejection stops harm, so it asks for nothing more.
  IF NEW.decision = 'approve' AND revision.approval_max_age_s IS NOT NULL
     AND NOT coalesce(
               NEW.authenticated_at >= clock_timestamp() - make_interval(secs => revision.approval_max_age_s), false) THEN
    RAISE EXCEPTION 'this is signed within % s of signing in', revision.approval_max_age_s
      USING ERRCODE = 'CS403', CONSTRAINT = 'insufficient_user_authentication';
  END IF;
  RETURN NEW;
END
$$;

-- Until when a revision is decided on: an emergency for as long as it is in force.
CREATE OR REPLACE FUNCTION kernel.decided_until(v kernel.action_revision) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
  SELECT coalesce(kernel.emergency_until(v.request_id), v.expires_at)
$$;

-- Nothing leaves without its basis, whichever routine wrote the row.
CREATE OR REPLACE FUNCTION kernel.check_outbox() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  request  kernel.action_request;
  revision kernel.action_revision;
  basis    text;
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'kernel.outbox keeps what was sent' USING ERRCODE = 'restrict_violation';
  END IF;
  IF TG_OP = 'UPDATE' THEN
    IF (OLD.request_id, OLD.revision, OLD.connector, OLD.effect_key) IS DISTINCT FROM
       (NEW.request_id, NEW.revision, NEW.connector, NEW.effect_key)
       OR NEW.fence < OLD.fence OR OLD.settled_at IS NOT NULL THEN
      RAISE EXCEPTION 'only the lease of an unsettled outbox row changes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
  END IF;
  SELECT * INTO STRICT request FROM kernel.action_request WHERE request_id = NEW.request_id;
  SELECT * INTO STRICT revision
    FROM kernel.action_revision r WHERE r.request_id = NEW.request_id AND r.revision = NEW.revision;
  SELECT t.basis INTO basis FROM kernel.action_transition t
   WHERE t.request_id = NEW.request_id AND t.revision = NEW.revision AND t.to_state = 'authorized';
  IF request.state <> 'authorized' OR request.revision <> NEW.revision
     OR revision.effect <> 'upstream' OR revision.effect_key <> NEW.effect_key
     OR revision.connector IS DISTINCT FROM NEW.connector
     OR NOT coalesce(kernel.has_basis(NEW.request_id, NEW.revision, basis), false) THEN
    RAISE EXCEPTION 'no effect without its basis: request % is %', NEW.request_id, request.state
      USING ERRCODE = 'CS409', CONSTRAINT = 'no_basis';
  END IF;
  RETURN NEW;
END
$$;

-- What each basis of an authorisation needs.
CREATE OR REPLACE FUNCTION kernel.has_basis(p_request uuid, p_revision integer, p_basis text) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT CASE p_basis
    WHEN 'quorum' THEN (
      SELECT required_approvals = 0 OR kernel.counting_approvals(p_request, p_revision) >= required_approvals
        FROM kernel.action_revision WHERE request_id = p_request AND revision = p_revision)
    WHEN 'emergency'   THEN kernel.opens_emergency(p_request, p_revision) OR kernel.lifts_emergency(p_request)
    WHEN 'break_glass' THEN kernel.breaks_glass(p_request, p_revision)
  END
$$;
