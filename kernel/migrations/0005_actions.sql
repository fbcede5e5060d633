-- One occurrence of an operator action, from request to outcome. Nothing in these tables is changed, but for the
-- current state of a request (moved by its transitions' trigger alone) and the lease of an outbox row.

CREATE TABLE kernel.idempotency (
  actor_id       text NOT NULL,
  door           text NOT NULL,                -- method and path template
  key            text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  tenant_id      text,
  request_digest bytea NOT NULL,
  status         smallint NOT NULL,
  answer         text NOT NULL,                -- the body as sent: a replay is byte-equal
  request_id     uuid,
  recorded_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (actor_id, door, key)
);
CREATE INDEX idempotency_age ON kernel.idempotency USING brin (recorded_at);

-- A request that is being decided: its duplicates are told to wait. Lost in a crash, which is right.
CREATE UNLOGGED TABLE kernel.idempotency_in_flight (
  actor_id       text NOT NULL,
  door           text NOT NULL,
  key            text NOT NULL,
  request_digest bytea NOT NULL,
  holder         uuid NOT NULL,
  until          timestamptz NOT NULL,
  PRIMARY KEY (actor_id, door, key)
);

CREATE TABLE kernel.action_request (
  request_id      uuid PRIMARY KEY,
  tenant_id       text,
  type            text NOT NULL CHECK (type ~ '^[a-z]+\.[a-z_]+$'),
  console         text NOT NULL,
  risk            text NOT NULL CHECK (risk IN ('low', 'medium', 'high', 'critical')),
  moves_money     boolean NOT NULL,
  target_kind     text NOT NULL,
  target_id       text NOT NULL,
  door            text NOT NULL,
  requested_by    text NOT NULL,
  requested_roles text[] NOT NULL,
  correlation_id  text NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  state           text,                        -- as of the last transition; NULL only inside the first transaction
  state_at        timestamptz,
  revision        integer NOT NULL DEFAULT 1,
  transitions     integer NOT NULL DEFAULT 0
) WITH (fillfactor = 80);
CREATE INDEX action_request_recent ON kernel.action_request (created_at DESC, request_id DESC);
CREATE INDEX action_request_state ON kernel.action_request (state, created_at DESC, request_id DESC)
  WHERE state IN ('pending', 'authorized', 'dispatching', 'outcome_unknown');
CREATE INDEX action_request_target ON kernel.action_request (target_kind, target_id, created_at DESC);
CREATE INDEX action_request_requester ON kernel.action_request (requested_by, created_at DESC, request_id DESC);

CREATE TABLE kernel.action_revision (
  request_id         uuid NOT NULL REFERENCES kernel.action_request,
  revision           integer NOT NULL,
  tenant_id          text,
  input              jsonb NOT NULL,           -- personal data only as {shown, sealed}
  reason_code        text NOT NULL,
  reason_note        jsonb,                    -- {shown, sealed}
  decided            jsonb NOT NULL,           -- what `decide` accepted: the events-to-be, the effect's input
  digest             bytea NOT NULL,
  digest_salt        bytea NOT NULL,
  digest_format      smallint NOT NULL,
  target_version     text,
  policy_version     text NOT NULL,
  required_approvals smallint NOT NULL CHECK (required_approvals >= 0),
  eligible_roles     text[] NOT NULL,
  effect             text NOT NULL CHECK (effect IN ('upstream', 'local')),
  connector          text,                     -- the upstream that the effect goes to
  effect_key         text NOT NULL,            -- H(request ‖ revision): the upstream's idempotency key
  expires_at         timestamptz NOT NULL,
  evidence           jsonb NOT NULL,           -- what the requester was shown
  evidence_hash      bytea NOT NULL,
  created_by         text NOT NULL,
  created_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (request_id, revision)
);

CREATE TABLE kernel.action_approval (
  request_id    uuid NOT NULL,
  revision      integer NOT NULL,
  person_id     text NOT NULL,
  tenant_id     text,
  decision      text NOT NULL CHECK (decision IN ('approve', 'reject')),
  digest        bytea NOT NULL,
  roles         text[] NOT NULL,
  note          jsonb,
  evidence      jsonb NOT NULL,                -- what this person was shown
  evidence_hash bytea NOT NULL,
  authenticated_at timestamptz NOT NULL,
  assertion     jsonb,                         -- a passkey's signature, where the policy asks for one
  at            timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (request_id, revision, person_id),
  FOREIGN KEY (request_id, revision) REFERENCES kernel.action_revision
);

CREATE TABLE kernel.action_transition (
  request_id uuid NOT NULL REFERENCES kernel.action_request,
  step       integer NOT NULL,
  tenant_id  text,
  revision   integer NOT NULL,
  from_state text,
  to_state   text NOT NULL,
  basis      text CHECK (basis IN ('quorum', 'emergency', 'break_glass')),
  actor_id   text NOT NULL,                    -- a person, or the process that moved it
  why        text,
  at         timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (request_id, step),
  -- A local effect is authorised and executed in one move; that row then carries the basis.
  CHECK ((basis IS NOT NULL) = (to_state = 'authorized'
                                OR to_state = 'executed' AND (from_state IS NULL OR from_state = 'pending')))
);

CREATE TABLE kernel.outbox (
  request_id   uuid NOT NULL,
  revision     integer NOT NULL,
  tenant_id    text,
  connector    text NOT NULL,
  effect_key   text NOT NULL UNIQUE,
  created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  available_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  lease_until  timestamptz,
  lease_holder text,
  fence        bigint NOT NULL DEFAULT 0,
  attempts     integer NOT NULL DEFAULT 0,
  settled_at   timestamptz,
  PRIMARY KEY (request_id, revision),
  FOREIGN KEY (request_id, revision) REFERENCES kernel.action_revision
) WITH (fillfactor = 70);
CREATE INDEX outbox_due ON kernel.outbox (available_at) WHERE settled_at IS NULL;

-- Written, and committed, before anything is sent.
CREATE TABLE kernel.effect_attempt (
  request_id uuid NOT NULL,
  revision   integer NOT NULL,
  fence      bigint NOT NULL,
  tenant_id  text,
  holder     text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (request_id, revision, fence),
  FOREIGN KEY (request_id, revision) REFERENCES kernel.action_revision
);

CREATE TABLE kernel.effect_outcome (
  request_id uuid NOT NULL,
  revision   integer NOT NULL,
  fence      bigint NOT NULL,
  tenant_id  text,
  outcome    text NOT NULL CHECK (outcome IN ('done', 'refused', 'retry', 'unknown', 'stale')),
  by_readback boolean NOT NULL DEFAULT false,
  detail     jsonb NOT NULL,
  ended_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (request_id, revision, fence),
  FOREIGN KEY (request_id, revision, fence) REFERENCES kernel.effect_attempt
);

-- `p_local`: the effect is facts of our own, appended by the very transaction that authorises them; there is no
-- instant at which such a request is authorised or being dispatched, so it goes straight to executed.
CREATE FUNCTION kernel.move_is_legal(p_from text, p_to text, p_local boolean) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE
    WHEN p_to = 'executed' AND (p_from IS NULL OR p_from = 'pending') THEN p_local
    WHEN p_to = 'authorized'         THEN NOT p_local AND (p_from IS NULL OR p_from = 'pending')
    WHEN p_from IS NULL              THEN p_to IN ('denied', 'pending')
    WHEN p_from = 'pending'          THEN p_to IN ('pending', 'rejected', 'cancelled', 'expired')
    WHEN p_from = 'authorized'       THEN p_to IN ('stale', 'dispatching')
    WHEN p_from = 'dispatching'      THEN p_to IN ('executed', 'failed', 'outcome_unknown')
    WHEN p_from = 'outcome_unknown'  THEN p_to IN ('executed', 'failed')
    ELSE false
  END
$$;

-- The approvals that count towards a quorum, derived from rows alone: distinct people, not the requester, on this
-- digest, in time, holding an eligible role then, whose eligible role was not granted by the requester within 24 h.
CREATE FUNCTION kernel.counting_approvals(p_request uuid, p_revision integer) RETURNS integer
LANGUAGE sql STABLE AS $$
  SELECT count(DISTINCT a.person_id)::integer
    FROM kernel.action_request q
    JOIN kernel.action_revision v ON v.request_id = q.request_id AND v.revision = p_revision
    JOIN kernel.action_approval a ON a.request_id = v.request_id AND a.revision = v.revision
    JOIN kernel.person p ON p.person_id = a.person_id
   WHERE q.request_id = p_request
     AND a.decision = 'approve'
     AND a.person_id <> q.requested_by
     AND a.person_id <> v.created_by
     AND p.kind = 'person'
     AND a.digest = v.digest
     AND a.at <= v.expires_at
     AND a.roles && v.eligible_roles
     AND NOT EXISTS (
           SELECT FROM kernel.role_grant g
            WHERE g.person_id = a.person_id AND g.granted_by = q.requested_by
              AND g.role = ANY (v.eligible_roles)
              AND g.granted_at > a.at - interval '24 hours')
$$;

CREATE FUNCTION kernel.check_transition() RETURNS trigger
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

  IF NEW.basis IS NOT NULL THEN
    IF current_revision.request_id IS NULL THEN
      RAISE EXCEPTION 'request % has no revision %', NEW.request_id, NEW.revision
        USING ERRCODE = 'CS409', CONSTRAINT = 'wrong_revision';
    END IF;
    IF NEW.basis <> 'quorum' THEN
      RAISE EXCEPTION 'basis % is not available', NEW.basis
        USING ERRCODE = 'CS409', CONSTRAINT = 'basis_not_available';
    END IF;
    IF clock_timestamp() > current_revision.expires_at THEN
      RAISE EXCEPTION 'request % expired at %', NEW.request_id, current_revision.expires_at
        USING ERRCODE = 'CS410', CONSTRAINT = 'request_expired';
    END IF;
    IF current_revision.required_approvals > 0
       AND kernel.counting_approvals(NEW.request_id, NEW.revision) < current_revision.required_approvals THEN
      RAISE EXCEPTION 'request % lacks its quorum of %', NEW.request_id, current_revision.required_approvals
        USING ERRCODE = 'CS409', CONSTRAINT = 'quorum_not_reached';
    END IF;
    IF EXISTS (SELECT FROM kernel.action_approval
                WHERE request_id = NEW.request_id AND revision = NEW.revision AND decision = 'reject') THEN
      RAISE EXCEPTION 'request % has been rejected', NEW.request_id
        USING ERRCODE = 'CS409', CONSTRAINT = 'rejected';
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
  ELSIF NEW.to_state = 'cancelled' THEN
    IF NEW.actor_id <> request.requested_by THEN
      RAISE EXCEPTION 'only its requester cancels request %', NEW.request_id
        USING ERRCODE = 'CS403', CONSTRAINT = 'not_the_requester';
    END IF;
  END IF;

  UPDATE kernel.action_request
     SET state = NEW.to_state, state_at = NEW.at, revision = NEW.revision, transitions = NEW.step
   WHERE request_id = NEW.request_id;
  RETURN NEW;
END
$$;
CREATE TRIGGER check_transition BEFORE INSERT ON kernel.action_transition
  FOR EACH ROW EXECUTE FUNCTION kernel.check_transition();
ALTER TABLE kernel.action_transition ENABLE ALWAYS TRIGGER check_transition;

-- The current state of a request is moved by its transitions and by nothing else.
CREATE FUNCTION kernel.guard_request() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state IS NOT NULL OR NEW.transitions <> 0 THEN
      RAISE EXCEPTION 'a request begins without a state; insert its first transition'
        USING ERRCODE = 'CS409', CONSTRAINT = 'illegal_transition';
    END IF;
    RETURN NEW;
  END IF;
  -- 2: the UPDATE inside check_transition, itself fired by an INSERT of a transition.
  IF TG_OP = 'UPDATE' AND pg_trigger_depth() >= 2
     AND (OLD.request_id, OLD.type, OLD.target_kind, OLD.target_id, OLD.requested_by, OLD.moves_money, OLD.created_at)
       = (NEW.request_id, NEW.type, NEW.target_kind, NEW.target_id, NEW.requested_by, NEW.moves_money, NEW.created_at)
     AND NEW.transitions = OLD.transitions + 1 THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'kernel.action_request: % is refused', TG_OP
    USING ERRCODE = 'restrict_violation',
          HINT = 'A request moves by inserting an action_transition; use the governed action.';
END
$$;
CREATE TRIGGER guard_request BEFORE INSERT OR UPDATE OR DELETE ON kernel.action_request
  FOR EACH ROW EXECUTE FUNCTION kernel.guard_request();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON kernel.action_request
  FOR EACH STATEMENT EXECUTE FUNCTION kernel.refuse_change();
ALTER TABLE kernel.action_request ENABLE ALWAYS TRIGGER guard_request;
ALTER TABLE kernel.action_request ENABLE ALWAYS TRIGGER refuse_truncate;

CREATE FUNCTION kernel.check_approval() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  request  kernel.action_request;
  revision kernel.action_revision;
BEGIN
  SELECT * INTO STRICT request FROM kernel.action_request WHERE request_id = NEW.request_id FOR UPDATE;
  SELECT * INTO STRICT revision
    FROM kernel.action_revision r WHERE r.request_id = NEW.request_id AND r.revision = NEW.revision;
  IF request.state <> 'pending' OR request.revision <> NEW.revision THEN
    RAISE EXCEPTION 'request % is %, at revision %', NEW.request_id, request.state, request.revision
      USING ERRCODE = 'CS409', CONSTRAINT = 'not_pending';
  END IF;
  IF clock_timestamp() > revision.expires_at THEN
    RAISE EXCEPTION 'request % expired at %', NEW.request_id, revision.expires_at
      USING ERRCODE = 'CS410', CONSTRAINT = 'request_expired';
  END IF;
  IF NEW.digest <> revision.digest THEN
    RAISE EXCEPTION 'the digest signed is not that of revision % of request %', NEW.revision, NEW.request_id
      USING ERRCODE = 'CS409', CONSTRAINT = 'digest_differs';
  END IF;
  IF NEW.person_id = request.requested_by OR NEW.person_id = revision.created_by THEN
    RAISE EXCEPTION 'nobody decides on their own request'
      USING ERRCODE = 'CS403', CONSTRAINT = 'own_request';
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
  RETURN NEW;
END
$$;
CREATE TRIGGER check_approval BEFORE INSERT ON kernel.action_approval
  FOR EACH ROW EXECUTE FUNCTION kernel.check_approval();
ALTER TABLE kernel.action_approval ENABLE ALWAYS TRIGGER check_approval;

-- Nothing leaves without its basis, whichever routine wrote the row.
CREATE FUNCTION kernel.check_outbox() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  request  kernel.action_request;
  revision kernel.action_revision;
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
  IF request.state <> 'authorized' OR request.revision <> NEW.revision
     OR revision.effect <> 'upstream' OR revision.effect_key <> NEW.effect_key
     OR revision.connector IS DISTINCT FROM NEW.connector
     OR (revision.required_approvals > 0
         AND kernel.counting_approvals(NEW.request_id, NEW.revision) < revision.required_approvals) THEN
    RAISE EXCEPTION 'no effect without its basis: request % is %', NEW.request_id, request.state
      USING ERRCODE = 'CS409', CONSTRAINT = 'no_basis';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER check_outbox BEFORE INSERT OR UPDATE OR DELETE ON kernel.outbox
  FOR EACH ROW EXECUTE FUNCTION kernel.check_outbox();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON kernel.outbox
  FOR EACH STATEMENT EXECUTE FUNCTION kernel.refuse_change();
ALTER TABLE kernel.outbox ENABLE ALWAYS TRIGGER check_outbox;
ALTER TABLE kernel.outbox ENABLE ALWAYS TRIGGER refuse_truncate;

CALL kernel.make_append_only('kernel.action_revision');
CALL kernel.make_append_only('kernel.action_approval');
CALL kernel.make_append_only('kernel.action_transition');
CALL kernel.make_append_only('kernel.effect_attempt');
CALL kernel.make_append_only('kernel.effect_outcome');

CALL kernel.scope_by_tenant('kernel.idempotency');
CALL kernel.scope_by_tenant('kernel.action_request');
CALL kernel.scope_by_tenant('kernel.action_revision');
CALL kernel.scope_by_tenant('kernel.action_approval');
CALL kernel.scope_by_tenant('kernel.action_transition');
CALL kernel.scope_by_tenant('kernel.outbox');
CALL kernel.scope_by_tenant('kernel.effect_attempt');
CALL kernel.scope_by_tenant('kernel.effect_outcome');

GRANT SELECT ON kernel.action_request, kernel.action_revision, kernel.action_approval, kernel.action_transition,
                kernel.outbox, kernel.effect_attempt, kernel.effect_outcome
  TO countersign_app, countersign_dispatcher, countersign_sequencer, countersign_auditor;
GRANT SELECT ON kernel.idempotency TO countersign_app;
