-- The human behind an account: accounts of people are one human's where they have, or once had, an address in common, each with the
-- next. (Routines are applied in the order of their paths; those that ask for this stand behind it.)
CREATE OR REPLACE FUNCTION kernel.keep_address() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
BEGIN
  IF kernel.as_address(NEW.email) IS NOT NULL THEN
    INSERT INTO kernel.person_address (person_id, address_hash)
    VALUES (NEW.person_id, sha256(convert_to(kernel.as_address(NEW.email), 'UTF8')))
    ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION kernel.keep_address() FROM PUBLIC;

-- In plpgsql, which keeps its plan: it is asked several times at every signature.
CREATE OR REPLACE FUNCTION kernel.accounts_of(p_person text) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (
    WITH RECURSIVE account (person_id) AS (
      SELECT p_person
       UNION
      SELECT theirs.person_id
        FROM account
        JOIN kernel.person me ON me.person_id = account.person_id AND me.kind = 'person'
        JOIN kernel.person_address mine ON mine.person_id = me.person_id
        JOIN kernel.person_address theirs ON theirs.address_hash = mine.address_hash
        JOIN kernel.person other ON other.person_id = theirs.person_id AND other.kind = 'person')
    SELECT array_agg(person_id ORDER BY person_id) FROM account);
END
$$;

CREATE OR REPLACE FUNCTION kernel.human_of(p_person text) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT (kernel.accounts_of(p_person))[1]
$$;
