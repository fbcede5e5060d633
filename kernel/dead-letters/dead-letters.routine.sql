-- A replay is asked for, or a letter discarded, by the event that tells of it: of one letter, or of the oldest of a kind.
CREATE OR REPLACE FUNCTION kernel.apply_dead_letter_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  -- The target is console.source.letter, or console.source.k<error_key> for all of a kind.
  target text[] := string_to_array(substr(NEW.stream, length('kernel.dead_letter/') + 1), '.');
BEGIN
  UPDATE kernel.dead_letter d
     SET state = CASE NEW.type WHEN 'kernel.dead_letter.discarded' THEN 'discarded' ELSE 'replaying' END,
         request_id = NEW.request_id
   WHERE d.dead_letter_id IN (
           SELECT w.dead_letter_id FROM kernel.dead_letter w
            WHERE w.source = target[2] AND w.state = 'waiting'
              AND (w.dead_letter_id::text = target[3] OR 'k' || w.error_key = target[3])
            ORDER BY w.received_at, w.dead_letter_id
            LIMIT (NEW.payload ->> 'letters')::integer
              FOR UPDATE);
  RETURN NULL;
END
$$;

-- What came of a replay. One that failed waits again, with the newest reason.
CREATE OR REPLACE FUNCTION kernel.settle_dead_letter(p_id uuid, p_became text, p_error text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  UPDATE kernel.dead_letter
     SET state = CASE WHEN p_error IS NULL THEN 'replayed' ELSE 'waiting' END, became = p_became,
         error = coalesce(p_error, error), tried = tried + 1, tried_at = clock_timestamp(),
         replayed_at = CASE WHEN p_error IS NULL THEN clock_timestamp() END
   WHERE dead_letter_id = p_id AND state = 'replaying'
$$;
REVOKE ALL ON FUNCTION kernel.settle_dead_letter(uuid, text, text), kernel.apply_dead_letter_event() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.settle_dead_letter(uuid, text, text) TO countersign_sequencer;
