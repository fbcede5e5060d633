-- An address that somebody has given up is told apart from the one that they have: each row is one that they took up, in the order
-- in which they did, and given up with the next. One that was had again is a row again.
ALTER TABLE kernel.person_address ADD COLUMN position bigint GENERATED ALWAYS AS IDENTITY;
ALTER TABLE kernel.person_address DROP CONSTRAINT person_address_pkey, ADD PRIMARY KEY (person_id, position);

INSERT INTO kernel.person_address (person_id, address_hash)
SELECT p.person_id, now.address_hash
  FROM kernel.person p
 CROSS JOIN LATERAL (SELECT sha256(convert_to(kernel.as_address(p.email), 'UTF8')) AS address_hash) now
  JOIN LATERAL (SELECT a.address_hash FROM kernel.person_address a
                 WHERE a.person_id = p.person_id ORDER BY a.position DESC LIMIT 1) last
    ON last.address_hash <> now.address_hash;

-- How long after it was given up an address still tells whose an account is.
CREATE FUNCTION kernel.address_tells_for() RETURNS interval LANGUAGE sql IMMUTABLE AS $$ SELECT interval '90 days' $$;

-- The addresses by which an account of a person is told: the one that it has (until: null), and those given up not long ago.
CREATE VIEW kernel.telling_address WITH (security_invoker = true) AS
SELECT a.person_id, a.address_hash, given_up.since AS until
  FROM kernel.person_address a
  JOIN kernel.person p ON p.person_id = a.person_id AND p.kind = 'person'
  LEFT JOIN LATERAL (SELECT n.since FROM kernel.person_address n
                      WHERE n.person_id = a.person_id AND n.position > a.position
                      ORDER BY n.position LIMIT 1) given_up ON true
 WHERE given_up.since IS NULL OR given_up.since > clock_timestamp() - kernel.address_tells_for();
GRANT SELECT ON kernel.telling_address
  TO countersign_app, countersign_dispatcher, countersign_sequencer, countersign_auditor;

-- A machine that turns out to be a person is told by its address from then on.
DROP TRIGGER keep_address ON kernel.person;
CREATE TRIGGER keep_address AFTER INSERT OR UPDATE OF email, kind ON kernel.person
  FOR EACH ROW EXECUTE FUNCTION kernel.keep_address();
ALTER TABLE kernel.person ENABLE ALWAYS TRIGGER keep_address;
