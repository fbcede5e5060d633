-- Roles that somebody active always holds: whoever is the last to hold one keeps it, and is not disabled (P-07).
ALTER TABLE kernel.role ADD COLUMN keeps_one boolean NOT NULL DEFAULT false;

-- Their function stands in kernel/access/kept-roles.routine.sql.
CREATE FUNCTION kernel.keep_last_holder() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not yet'; END $$;
CREATE TRIGGER keep_last_holder AFTER INSERT ON kernel.role_revocation
  FOR EACH ROW EXECUTE FUNCTION kernel.keep_last_holder();
ALTER TABLE kernel.role_revocation ENABLE ALWAYS TRIGGER keep_last_holder;
CREATE TRIGGER keep_last_holder AFTER UPDATE OF disabled_at ON kernel.person
  FOR EACH ROW WHEN (OLD.disabled_at IS NULL AND NEW.disabled_at IS NOT NULL) EXECUTE FUNCTION kernel.keep_last_holder();
ALTER TABLE kernel.person ENABLE ALWAYS TRIGGER keep_last_holder;
