-- How an emergency is held to what its action declares and the policy in force allows: what it says of its own length and of how
-- fresh a sign-in it asks for was taken from the write. Null: declared no more, or it has no emergency form.
ALTER TABLE kernel.declared_action
  ADD COLUMN emergency_limit_s   integer CHECK (emergency_limit_s BETWEEN 60 AND 86400),
  ADD COLUMN emergency_step_up_s integer CHECK (emergency_step_up_s > 0);

-- Their functions stand in kernel/actions/as-declared.routine.sql.
CREATE FUNCTION kernel.check_emergency() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not yet'; END $$;
CREATE TRIGGER check_emergency BEFORE INSERT ON kernel.emergency
  FOR EACH ROW EXECUTE FUNCTION kernel.check_emergency();
ALTER TABLE kernel.emergency ENABLE ALWAYS TRIGGER check_emergency;
CREATE FUNCTION kernel.check_break_glass() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not yet'; END $$;
CREATE TRIGGER check_break_glass BEFORE INSERT ON kernel.break_glass
  FOR EACH ROW EXECUTE FUNCTION kernel.check_break_glass();
ALTER TABLE kernel.break_glass ENABLE ALWAYS TRIGGER check_break_glass;
