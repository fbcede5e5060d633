-- Whoever's key is erased is not found any more.
CREATE OR REPLACE FUNCTION kernel.forget_names() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
BEGIN
  DELETE FROM kernel.search_name WHERE subject = OLD.subject;
  RETURN NULL;
END
$$;
-- A trigger needs nobody's leave to run; anybody's leave would let anybody put it on a table of their own.
REVOKE ALL ON FUNCTION kernel.forget_names() FROM PUBLIC;
DROP TRIGGER IF EXISTS forget_names ON kernel.subject_key;
CREATE TRIGGER forget_names AFTER DELETE ON kernel.subject_key
  FOR EACH ROW EXECUTE FUNCTION kernel.forget_names();
ALTER TABLE kernel.subject_key ENABLE ALWAYS TRIGGER forget_names;
