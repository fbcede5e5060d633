-- Where a projection stands still, how often it has been tried, and when it is tried again. What people have skipped is left out like
-- what the tables cannot hold, and says by which request.
ALTER TABLE kernel.projection
  ADD COLUMN failing_at bigint,                              -- the event's position; null where it is no single event's
  ADD COLUMN failures   integer NOT NULL DEFAULT 0,          -- one after the other
  ADD COLUMN retry_at   timestamptz;                         -- not before
ALTER TABLE kernel.projection_left_out
  ADD COLUMN skipped_by uuid REFERENCES kernel.action_request;

-- Its function stands in kernel/projections/projection-steps.routine.sql.
CREATE FUNCTION kernel.apply_projection_event() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not yet'; END $$;
CREATE TRIGGER apply_projection_event AFTER INSERT ON kernel.event
  FOR EACH ROW WHEN (NEW.type IN ('kernel.projection.retry_requested', 'kernel.projection.event_skipped'))
  EXECUTE FUNCTION kernel.apply_projection_event();
ALTER TABLE kernel.event ENABLE ALWAYS TRIGGER apply_projection_event;
