-- Whether somebody other than this person is let in with this role now: a person who has signed in, is not disabled, and whose roles
-- are not in conflict.
CREATE OR REPLACE FUNCTION kernel.has_active_holder(p_role text, p_but text) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT FROM kernel.person p
     WHERE p.person_id <> p_but AND p.kind = 'person' AND p.disabled_at IS NULL AND p.asserted_at IS NOT NULL
       AND (p_role = ANY (p.asserted_roles)
            OR EXISTS (SELECT FROM kernel.role_grant g WHERE g.person_id = p.person_id AND g.role = p_role))
       AND p_role = ANY (kernel.current_roles(p.person_id)))
$$;

-- Somebody loses a role, or is disabled. Where that leaves nobody with a role of which one is kept, it is refused; those who lose the
-- same role at once are looked at one after the other, each by what the one before has left.
CREATE OR REPLACE FUNCTION kernel.keep_last_holder() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  whose kernel.person;
  lost  text[];
  kept  text;
BEGIN
  IF TG_TABLE_NAME = 'role_revocation' THEN
    SELECT array_agg(g.role) INTO lost FROM kernel.role_grant g WHERE g.grant_id = NEW.grant_id;
    SELECT p.* INTO whose FROM kernel.person p JOIN kernel.role_grant g USING (person_id) WHERE g.grant_id = NEW.grant_id;
    IF whose.disabled_at IS NOT NULL THEN
      RETURN NULL;
    END IF;
  ELSE
    whose := NEW;
    lost := whose.asserted_roles || kernel.granted_roles(whose.person_id);
  END IF;
  -- Who was not let in with it is not the last to be.
  IF whose.kind <> 'person' OR whose.asserted_at IS NULL
     OR kernel.roles_in_conflict(whose.asserted_roles || kernel.granted_roles(whose.person_id) || lost) THEN
    RETURN NULL;
  END IF;
  FOR kept IN SELECT r.role FROM kernel.role r WHERE r.keeps_one AND r.role = ANY (lost) ORDER BY r.role LOOP
    PERFORM pg_advisory_xact_lock(hashtext('keep_last_holder'), hashtext(kept));
    IF NOT kernel.has_active_holder(kept, '') THEN
      RAISE EXCEPTION '% is the last active holder of %', whose.person_id, kept
        USING ERRCODE = 'CS409', CONSTRAINT = 'last_holder';
    END IF;
  END LOOP;
  RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION kernel.keep_last_holder() FROM PUBLIC;
