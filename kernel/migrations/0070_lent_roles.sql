-- Roles that are had for a time alone, by whoever holds another one: finance reads the platform's console so (P-11).
ALTER TABLE kernel.role
  ADD COLUMN lent_to text,
  ADD COLUMN lent_max_hours integer,
  ADD CHECK ((lent_to IS NULL) = (lent_max_hours IS NULL)),
  ADD CHECK (lent_max_hours > 0);

-- Their function stands in kernel/access/role-grants.routine.sql.
CREATE FUNCTION kernel.keep_lent_short() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not yet'; END $$;
CREATE TRIGGER keep_lent_short BEFORE INSERT ON kernel.role_grant
  FOR EACH ROW EXECUTE FUNCTION kernel.keep_lent_short();
ALTER TABLE kernel.role_grant ENABLE ALWAYS TRIGGER keep_lent_short;
