-- What has become of a dead letter: replayed by the worker once somebody has asked for it, or discarded and kept as such.
ALTER TABLE kernel.dead_letter
  ADD COLUMN state    text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'replaying', 'replayed', 'discarded')),
  ADD COLUMN last_at  timestamptz NOT NULL DEFAULT clock_timestamp(),  -- when it was sent last
  ADD COLUMN tried    integer NOT NULL DEFAULT 0,                      -- replays
  ADD COLUMN tried_at timestamptz,
  ADD COLUMN became   text CHECK (became IN ('event', 'duplicate', 'nothing')),
  ADD COLUMN request_id uuid REFERENCES kernel.action_request,         -- which asked for the replay, or discarded it
  ADD COLUMN error_key text GENERATED ALWAYS AS (left(md5(error), 16)) STORED;  -- those of one source and error are one kind
UPDATE kernel.dead_letter SET last_at = received_at, state = CASE WHEN replayed_at IS NULL THEN 'waiting' ELSE 'replayed' END;
CREATE INDEX dead_letter_kind ON kernel.dead_letter (source, error_key, state, received_at, dead_letter_id);
CREATE INDEX dead_letter_replaying ON kernel.dead_letter (received_at) WHERE state = 'replaying';
GRANT SELECT ON kernel.dead_letter TO countersign_sequencer, countersign_dispatcher;

CREATE FUNCTION kernel.apply_dead_letter_event() RETURNS trigger
LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not yet'; END $$;
CREATE TRIGGER apply_dead_letter_event AFTER INSERT ON kernel.event
  FOR EACH ROW WHEN (NEW.type IN ('kernel.dead_letter.replay_requested', 'kernel.dead_letter.discarded'))
  EXECUTE FUNCTION kernel.apply_dead_letter_event();
ALTER TABLE kernel.event ENABLE ALWAYS TRIGGER apply_dead_letter_event;
