-- People are disabled, never deleted: evidence names them for ever.
CREATE TRIGGER refuse_removal BEFORE DELETE ON kernel.person
  FOR EACH ROW EXECUTE FUNCTION kernel.refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON kernel.person
  FOR EACH STATEMENT EXECUTE FUNCTION kernel.refuse_change();
ALTER TABLE kernel.person ENABLE ALWAYS TRIGGER refuse_removal;
ALTER TABLE kernel.person ENABLE ALWAYS TRIGGER refuse_truncate;
