-- An emergency that people have taken back is over: its inverse has been carried out since. The dispatcher says so; nothing lifts it.
ALTER TABLE kernel.emergency_end DROP CONSTRAINT emergency_end_outcome_check;
ALTER TABLE kernel.emergency_end ADD CONSTRAINT emergency_end_outcome_check
  CHECK (outcome IN ('agreed', 'rejected', 'lapsed', 'taken_back'));

-- Which upstreams the effect of an action can go to; none for a local one, whose effect is the facts that it appends. Null: declared
-- no more.
ALTER TABLE kernel.declared_action ADD COLUMN connectors text[];
-- Its function stands in kernel/actions/as-declared.routine.sql.
CREATE FUNCTION kernel.check_declared_effect() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not yet'; END $$;
CREATE TRIGGER check_declared_effect BEFORE INSERT ON kernel.action_revision
  FOR EACH ROW EXECUTE FUNCTION kernel.check_declared_effect();
ALTER TABLE kernel.action_revision ENABLE ALWAYS TRIGGER check_declared_effect;
