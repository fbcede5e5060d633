-- Every address that an account has had: whoever once had one with another account is the same human for good, whatever the
-- provider says of either since. The hash of what kernel.as_address makes of it, as nothing but sameness is asked of it.
CREATE TABLE kernel.person_address (
  person_id    text        NOT NULL REFERENCES kernel.person,
  address_hash bytea       NOT NULL,
  since        timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (person_id, address_hash)
);
CREATE INDEX person_address_hash ON kernel.person_address (address_hash);
CALL kernel.make_append_only('kernel.person_address');
GRANT SELECT ON kernel.person_address
  TO countersign_app, countersign_dispatcher, countersign_sequencer, countersign_auditor;

-- Without white space around it, in composed form (Unicode NFC), in lower case.
CREATE FUNCTION kernel.as_address(p_email text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT nullif(lower(normalize(regexp_replace(p_email, '^\s+|\s+$', '', 'g'), NFC)), '')
$$;

INSERT INTO kernel.person_address (person_id, address_hash, since)
SELECT person_id, sha256(convert_to(kernel.as_address(email), 'UTF8')), created_at
  FROM kernel.person WHERE kernel.as_address(email) IS NOT NULL;

-- Its function stands in kernel/access/account-human.routine.sql.
CREATE FUNCTION kernel.keep_address() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not yet'; END $$;
CREATE TRIGGER keep_address AFTER INSERT OR UPDATE OF email ON kernel.person
  FOR EACH ROW EXECUTE FUNCTION kernel.keep_address();
ALTER TABLE kernel.person ENABLE ALWAYS TRIGGER keep_address;
