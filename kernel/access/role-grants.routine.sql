-- A grant is made, or taken back, by the event that tells of it; only the two governed actions append such events
-- (kernel.check_events), and only with the word of a second person (kernel.grants_role).
CREATE OR REPLACE FUNCTION kernel.apply_role_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  whose text := substr(NEW.stream, length('kernel.person/') + 1);
BEGIN
  IF NEW.type = 'kernel.person.role_granted' THEN
    INSERT INTO kernel.role_grant (grant_id, tenant_id, person_id, role, granted_by, expires_at, request_id)
    VALUES (NEW.event_id, NEW.tenant_id, whose, NEW.payload ->> 'role', NEW.actor_id,
            -- What is lent is lent for hours, from the moment of the last word on it.
            coalesce((NEW.payload ->> 'expires_at')::timestamptz,
                     clock_timestamp() + make_interval(hours => (NEW.payload ->> 'hours')::integer)), NEW.request_id);
  ELSE
    INSERT INTO kernel.role_revocation (grant_id, tenant_id, revoked_by, request_id)
    SELECT g.grant_id, g.tenant_id, NEW.actor_id, NEW.request_id
      FROM kernel.role_grant g
     WHERE g.person_id = whose AND g.role = NEW.payload ->> 'role'
       AND NOT EXISTS (SELECT FROM kernel.role_revocation r WHERE r.grant_id = g.grant_id);
  END IF;
  RETURN NULL;
END
$$;

-- Whether it was decided that this very role of theirs is given or taken away.
CREATE OR REPLACE FUNCTION kernel.is_decided_role(q kernel.action_request, p_revision integer, p_payload jsonb) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM kernel.action_revision v
                  WHERE v.request_id = q.request_id AND v.revision = p_revision
                    AND v.decided ->> 'person' = q.target_id AND v.decided - 'person' = p_payload)
$$;

-- Whether this is what one role instead of others comes to: the one is granted, those that it `replaces` are taken away.
CREATE OR REPLACE FUNCTION kernel.changes_role(q kernel.action_request, p_revision integer, p_payload jsonb, p_what text)
RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM kernel.action_revision v
                  WHERE v.request_id = q.request_id AND v.revision = p_revision
                    AND v.decided ->> 'person' = q.target_id
                    AND p_payload = jsonb_build_object('role', p_payload -> 'role')
                    AND CASE p_what WHEN 'role' THEN v.decided -> 'role' = p_payload -> 'role'
                                    ELSE v.decided -> 'replaces' ? (p_payload ->> 'role') END)
$$;

CREATE OR REPLACE FUNCTION kernel.revokes_role(q kernel.action_request, p_revision integer, p_payload jsonb) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT CASE q.type WHEN 'kernel.revoke_role' THEN kernel.is_decided_role(q, p_revision, p_payload)
                     WHEN 'kernel.change_role' THEN kernel.changes_role(q, p_revision, p_payload, 'replaces') END
$$;

-- Whether the people who agreed have signed this very grant: one at least, and none of them, nor who asks, the human who gets the role.
CREATE OR REPLACE FUNCTION kernel.grants_role(q kernel.action_request, p_revision integer, p_payload jsonb) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT q.type IN ('kernel.grant_role', 'kernel.change_role', 'kernel.lend_role') AND NOT q.requested_by = ANY (kernel.accounts_of(q.target_id))
         AND kernel.counting_approvals(q.request_id, p_revision) >= 1
         AND NOT EXISTS (SELECT FROM kernel.action_approval a
                          WHERE a.request_id = q.request_id AND a.revision = p_revision
                            AND a.person_id = ANY (kernel.accounts_of(q.target_id)))
         AND CASE q.type WHEN 'kernel.change_role' THEN kernel.changes_role(q, p_revision, p_payload, 'role')
                         ELSE kernel.is_decided_role(q, p_revision, p_payload) END
$$;

CREATE OR REPLACE FUNCTION kernel.note_assertions() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.asserted_roles = OLD.asserted_roles THEN
    RETURN NULL;
  END IF;
  UPDATE kernel.role_assertion SET until = clock_timestamp()
   WHERE person_id = NEW.person_id AND until IS NULL AND role <> ALL (NEW.asserted_roles);
  INSERT INTO kernel.role_assertion (person_id, role, tenant_id)
  SELECT NEW.person_id, said.role, NEW.tenant_id FROM unnest(NEW.asserted_roles) AS said (role)
   WHERE NOT EXISTS (SELECT FROM kernel.role_assertion a
                      WHERE a.person_id = NEW.person_id AND a.role = said.role AND a.until IS NULL);
  RETURN NULL;
END
$$;

-- A trigger needs nobody's leave to run; anybody's leave would let anybody put it on a table of their own.
REVOKE ALL ON FUNCTION kernel.apply_role_event(), kernel.note_assertions() FROM PUBLIC;

-- A second line behind the governed action that lends roles: none is had without an end, or for longer than it is declared to be.
CREATE OR REPLACE FUNCTION kernel.keep_lent_short() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  longest integer;
  lent_to text;
BEGIN
  SELECT r.lent_max_hours, r.lent_to INTO longest, lent_to FROM kernel.role r WHERE r.role = NEW.role;
  IF longest IS NULL THEN
    RETURN NEW;
  END IF;
  IF NEW.expires_at IS NULL OR NEW.expires_at > clock_timestamp() + make_interval(hours => longest)
     OR NOT lent_to = ANY (kernel.current_roles(NEW.person_id)) THEN
    RAISE EXCEPTION 'role % is lent for % hours at most, to whoever holds %', NEW.role, longest, lent_to
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;

-- Whether a role that was granted here stands on the other side than what the identity provider asserts. It yields then: whoever is given
-- a role here before their first sign-in, or before the provider says more of them, is not kept from what is theirs by it.
CREATE OR REPLACE FUNCTION kernel.is_against(p_granted text, p_asserted text[]) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM kernel.role g JOIN kernel.role said ON said.side <> g.side
                  WHERE g.role = p_granted AND said.role = ANY (p_asserted))
$$;

-- What this person may count on now: granted here or asserted by the identity provider. A person of whom both sides are asserted holds
-- none; a disabled one neither. What is lent counts as a grant alone, and for as long as they hold what it was lent to.
CREATE OR REPLACE FUNCTION kernel.current_roles(p_person text) RETURNS text[]
LANGUAGE sql STABLE AS $$
  SELECT CASE
           WHEN p.disabled_at IS NOT NULL THEN '{}'
           WHEN kernel.roles_in_conflict(said.roles) THEN '{}'
           ELSE (SELECT coalesce(array_agg(known.role ORDER BY known.role), '{}') FROM kernel.role known
                  WHERE known.role = ANY (said.roles)
                    AND (known.lent_to IS NULL OR known.role = ANY (said.granted) AND known.lent_to = ANY (said.roles)))
         END
    FROM kernel.person p
    CROSS JOIN LATERAL (SELECT coalesce(array_agg(g.role), '{}') AS granted FROM unnest(kernel.granted_roles(p.person_id)) AS g (role)
                         WHERE NOT kernel.is_against(g.role, p.asserted_roles)) own
    CROSS JOIN LATERAL (SELECT own.granted, p.asserted_roles || own.granted AS roles) said
   WHERE p.person_id = p_person
$$;
