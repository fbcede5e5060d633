-- Who acts. People are disabled, never deleted; no cascade reaches evidence.

CREATE TABLE kernel.role (
  role    text PRIMARY KEY CHECK (role ~ '^[a-z]+/[A-Za-z_]+$'),  -- console/ROLE
  console text NOT NULL,
  side    text CHECK (side IN ('money', 'platform'))              -- static separation of duties: never both
);
COMMENT ON TABLE kernel.role IS 'The roles that the consoles declare; written by the migration step from the declarations.';

CREATE TABLE kernel.person (
  person_id      text PRIMARY KEY CHECK (person_id ~ '^[A-Za-z0-9._:-]{1,128}$'),
  tenant_id      text,
  kind           text NOT NULL CHECK (kind IN ('person', 'machine')),
  issuer         text NOT NULL,
  subject        text NOT NULL,
  display_name   text,
  email          text,
  language       text,
  asserted_roles text[] NOT NULL DEFAULT '{}',  -- what the identity provider said last
  asserted_at    timestamptz,
  created_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  disabled_at    timestamptz,
  UNIQUE (issuer, subject)
);

CREATE TABLE kernel.role_grant (
  grant_id   uuid PRIMARY KEY,
  tenant_id  text,
  person_id  text NOT NULL REFERENCES kernel.person,
  role       text NOT NULL REFERENCES kernel.role,
  granted_by text NOT NULL,                     -- a person, or 'cli' for the first administrator
  granted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz,
  request_id uuid                               -- the governed action that granted it
);
CREATE INDEX role_grant_person ON kernel.role_grant (person_id);

CREATE TABLE kernel.role_revocation (
  grant_id   uuid PRIMARY KEY REFERENCES kernel.role_grant,
  tenant_id  text,
  revoked_by text NOT NULL,
  revoked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  request_id uuid
);

CALL kernel.make_append_only('kernel.role_grant');
CALL kernel.make_append_only('kernel.role_revocation');

CREATE FUNCTION kernel.granted_roles(p_person text) RETURNS text[]
LANGUAGE sql STABLE AS $$
  SELECT coalesce(array_agg(DISTINCT g.role), '{}')
    FROM kernel.role_grant g
   WHERE g.person_id = p_person
     AND (g.expires_at IS NULL OR g.expires_at > clock_timestamp())
     AND NOT EXISTS (SELECT FROM kernel.role_revocation r WHERE r.grant_id = g.grant_id)
$$;

CREATE FUNCTION kernel.roles_in_conflict(p_roles text[]) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT count(DISTINCT side) > 1 FROM kernel.role WHERE role = ANY (p_roles)
$$;

-- What this person may count on now: granted here or asserted by the identity provider. A person whose roles
-- are in conflict holds none; a disabled one neither.
CREATE FUNCTION kernel.current_roles(p_person text) RETURNS text[]
LANGUAGE sql STABLE AS $$
  SELECT CASE
           WHEN p.disabled_at IS NOT NULL THEN '{}'
           WHEN kernel.roles_in_conflict(held.roles) THEN '{}'
           ELSE held.roles
         END
    FROM kernel.person p
    CROSS JOIN LATERAL (
      SELECT coalesce(array_agg(DISTINCT known.role ORDER BY known.role), '{}') AS roles
        FROM unnest(p.asserted_roles || kernel.granted_roles(p.person_id)) AS held(role)
        JOIN kernel.role known USING (role)
    ) held
   WHERE p.person_id = p_person
$$;

-- A second line behind the governed action that grants roles.
CREATE FUNCTION kernel.refuse_conflicting_grant() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  -- Two grants for one person must see each other.
  PERFORM 1 FROM kernel.person WHERE person_id = NEW.person_id FOR UPDATE;
  IF kernel.roles_in_conflict(
       (SELECT asserted_roles FROM kernel.person WHERE person_id = NEW.person_id)
       || kernel.granted_roles(NEW.person_id) || NEW.role) THEN
    RAISE EXCEPTION 'role % conflicts with a role that % already holds', NEW.role, NEW.person_id
      USING ERRCODE = 'CS409', CONSTRAINT = 'roles_in_conflict';
  END IF;
  IF NEW.granted_by = NEW.person_id THEN
    RAISE EXCEPTION 'nobody grants a role to themselves'
      USING ERRCODE = 'CS403', CONSTRAINT = 'self_grant';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER refuse_conflicting_grant BEFORE INSERT ON kernel.role_grant
  FOR EACH ROW EXECUTE FUNCTION kernel.refuse_conflicting_grant();
ALTER TABLE kernel.role_grant ENABLE ALWAYS TRIGGER refuse_conflicting_grant;

CREATE TABLE kernel.session (
  session_id          uuid PRIMARY KEY,
  token_hash          bytea NOT NULL UNIQUE,   -- SHA-256 of the cookie's token; the token itself is not kept
  tenant_id           text,
  person_id           text NOT NULL REFERENCES kernel.person,
  issuer_session      text,                    -- the provider's `sid`, for back-channel logout
  sealed_tokens       text,                    -- the provider's tokens, encrypted, to re-read roles with
  roles_read_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
  authenticated_at    timestamptz NOT NULL,    -- the provider's auth_time
  created_at          timestamptz NOT NULL DEFAULT clock_timestamp(),
  last_seen_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
  idle_limit_s        integer NOT NULL,
  absolute_expires_at timestamptz NOT NULL,
  ended_at            timestamptz,
  ended_why           text
);
CREATE INDEX session_person ON kernel.session (person_id) WHERE ended_at IS NULL;
CREATE INDEX session_issuer ON kernel.session (issuer_session) WHERE ended_at IS NULL;

-- Half-finished sign-ins: state → nonce and PKCE verifier. Short-lived, used once.
CREATE TABLE kernel.sign_in_attempt (
  state         text PRIMARY KEY,
  nonce         text NOT NULL,
  code_verifier text NOT NULL,
  return_to     text NOT NULL,
  browser_hash  bytea NOT NULL,                -- binds the attempt to the browser that began it
  created_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);

CALL kernel.scope_by_tenant('kernel.person');
CALL kernel.scope_by_tenant('kernel.role_grant');
CALL kernel.scope_by_tenant('kernel.role_revocation');
CALL kernel.scope_by_tenant('kernel.session');

GRANT SELECT ON kernel.role, kernel.person, kernel.role_grant, kernel.role_revocation
  TO countersign_app, countersign_dispatcher, countersign_sequencer, countersign_auditor;
GRANT SELECT (session_id, tenant_id, person_id, authenticated_at, created_at, last_seen_at, idle_limit_s,
              absolute_expires_at, ended_at, ended_why)
  ON kernel.session TO countersign_auditor;
