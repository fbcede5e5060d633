-- The addresses by which an account is told, a machine's as a person's: nobody agrees to what their own job asks for, nor to what an
-- account of theirs does whose kind the identity provider does not tell.
CREATE OR REPLACE VIEW kernel.telling_address WITH (security_invoker = true) AS
SELECT a.person_id, a.address_hash, given_up.since AS until
  FROM kernel.person_address a
  LEFT JOIN LATERAL (SELECT n.since FROM kernel.person_address n
                      WHERE n.person_id = a.person_id AND n.position > a.position
                      ORDER BY n.position LIMIT 1) given_up ON true
 WHERE given_up.since IS NULL OR given_up.since > clock_timestamp() - kernel.address_tells_for();
