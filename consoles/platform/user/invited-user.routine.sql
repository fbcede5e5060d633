-- An account that nobody has signed in to yet: who it is, is told by the provider of whoever invites, under the name by which that
-- knows them. It has no role before two people have given it one.
CREATE OR REPLACE FUNCTION platform.apply_invitation() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
BEGIN
  IF NEW.source <> 'countersign' OR NEW.stream <> 'platform.user/' || (NEW.payload ->> 'username') THEN
    RAISE EXCEPTION 'an invitation is told of on the stream of whom it is for' USING ERRCODE = 'restrict_violation';
  END IF;
  INSERT INTO kernel.person (person_id, kind, issuer, subject)
  SELECT NEW.payload ->> 'username', 'person', inviter.issuer, NEW.payload ->> 'username'
    FROM kernel.person inviter WHERE inviter.person_id = NEW.actor_id
      ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RAISE EXCEPTION '% is known already', NEW.payload ->> 'username' USING ERRCODE = 'CS409', CONSTRAINT = 'known_already';
  END IF;
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION platform.apply_invitation() FROM PUBLIC;
