-- The human behind an account, told by its e-mail addresses as the identity provider vouches for them. (Routines are applied in the
-- order of their paths; those that ask for this stand behind it.)

-- Keeps the address that an account takes up. Where that makes two accounts one human's that were two people's, somebody should
-- look: an entry in the audit log, and with it an alert.
CREATE OR REPLACE FUNCTION kernel.keep_address() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  address text := kernel.as_address(NEW.email);
  taken   bytea := sha256(convert_to(address, 'UTF8'));
  others  text[] := ARRAY[NEW.person_id];
  NAMED_MAX CONSTANT integer := 20;
BEGIN
  IF address IS NULL
     OR TG_OP = 'UPDATE' AND (OLD.kind, kernel.as_address(OLD.email)) IS NOT DISTINCT FROM (NEW.kind, address) THEN
    RETURN NULL;
  END IF;
  -- One at a time of those that take up this address; each then sees that the other has it.
  PERFORM pg_advisory_xact_lock(hashtextextended('address ' || encode(taken, 'hex'), 0));
  IF TG_OP = 'UPDATE' AND OLD.kind = NEW.kind THEN
    others := kernel.accounts_of(NEW.person_id);
  END IF;
  IF taken IS DISTINCT FROM (SELECT a.address_hash FROM kernel.person_address a
                              WHERE a.person_id = NEW.person_id ORDER BY a.position DESC LIMIT 1) THEN
    INSERT INTO kernel.person_address (person_id, address_hash) VALUES (NEW.person_id, taken);
  END IF;
  others := ARRAY(SELECT unnest(kernel.accounts_of(NEW.person_id)) EXCEPT SELECT unnest(others) ORDER BY 1);
  IF others <> '{}' THEN
    PERFORM kernel.insert_audit(jsonb_build_array(jsonb_build_object('personal', '{}'::jsonb, 'canonical',
      kernel.canonical_json(jsonb_build_object(
        'v', 1, 'id', gen_random_uuid(), 'at', kernel.rfc3339(clock_timestamp()), 'kind', 'security',
        'event_sub_type', 'ACCOUNTS_JOINED', 'severity', 'HIGH', 'outcome', 'taken_for_one',
        'actor', jsonb_build_object('id', NEW.person_id, 'roles', kernel.current_roles(NEW.person_id)),
        'detail', jsonb_build_object('count', cardinality(others), 'with', others[1:NAMED_MAX]))))));
  END IF;
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION kernel.keep_address() FROM PUBLIC;

-- The accounts that are taken for this one's human: those that have, or had not long ago, an address that this one has, or had not
-- long ago. Of two accounts each is the other's or neither is; but what a third has in common with both joins nobody, or whoever can
-- have addresses of their choosing would make any two people one.
-- In plpgsql, which keeps its plan: it is asked several times at every signature.
CREATE OR REPLACE FUNCTION kernel.accounts_of(p_person text) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (
    SELECT array_agg(person_id ORDER BY person_id)
      FROM (SELECT p_person AS person_id
             UNION
            SELECT theirs.person_id
              FROM kernel.telling_address mine
              JOIN kernel.telling_address theirs USING (address_hash)
             WHERE mine.person_id = p_person) account);
END
$$;

-- By which people are counted: the same for all accounts that have one address now.
CREATE OR REPLACE FUNCTION kernel.human_of(p_person text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN coalesce((
    SELECT min(theirs.person_id)
      FROM kernel.telling_address mine
      JOIN kernel.telling_address theirs USING (address_hash)
     WHERE mine.person_id = p_person AND mine.until IS NULL AND theirs.until IS NULL), p_person);
END
$$;
