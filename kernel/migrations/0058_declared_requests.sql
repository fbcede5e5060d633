-- What a request says of itself is held to what its action declares: risk, whether money moves, whether it contains harm, and the
-- form of its emergency, if it has one. Written at every migration, as before. Null: declared no more; nobody asks for it anew.
ALTER TABLE kernel.declared_action
  ADD COLUMN risk              text CHECK (risk IN ('low', 'medium', 'high', 'critical')),
  ADD COLUMN moves_money       boolean,
  ADD COLUMN containment       boolean,
  ADD COLUMN emergency_inverse text;                      -- what lifts it; null: it has no emergency form

-- Its function stands in kernel/actions/as-declared.routine.sql.
CREATE FUNCTION kernel.check_declared() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not yet'; END $$;
CREATE TRIGGER check_declared BEFORE INSERT ON kernel.action_request
  FOR EACH ROW EXECUTE FUNCTION kernel.check_declared();
ALTER TABLE kernel.action_request ENABLE ALWAYS TRIGGER check_declared;

-- The key that an erasure deleted, so that a copy of it is not put back. Null: there was none, or it was erased before this.
ALTER TABLE kernel.subject_erasure ADD COLUMN key_hash bytea;
