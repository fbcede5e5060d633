-- The human behind an account: accounts of people with one address are one human's. (Routines are applied in the order of their
-- paths; those that ask for it stand behind this one.)
CREATE OR REPLACE FUNCTION kernel.human_of(p_person text) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT 'mail:' || lower(email) FROM kernel.person
                    WHERE person_id = p_person AND kind = 'person' AND email <> ''),
                  'id:' || p_person)
$$;

CREATE OR REPLACE FUNCTION kernel.accounts_of(p_person text) RETURNS text[]
LANGUAGE sql STABLE AS $$
  SELECT array_agg(DISTINCT id) FROM (
    SELECT p_person AS id
     UNION ALL
    SELECT other.person_id FROM kernel.person me JOIN kernel.person other ON lower(other.email) = lower(me.email)
     WHERE me.person_id = p_person AND me.email <> '' AND me.kind = 'person' AND other.kind = 'person'
  ) AS accounts
$$;
