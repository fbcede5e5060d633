-- Keeps the events of an upstream that were not kept before: duplicates are told by (source, the upstream's own id).
-- Each event: as kernel.append_events takes it, and `source_event_id`. Answers how many were new.
CREATE OR REPLACE FUNCTION kernel.ingest_events(p_source text, p_events jsonb) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  fresh jsonb;
BEGIN
  -- What an upstream says is said in its name, and never of what is ours to say.
  IF p_source = 'countersign' OR EXISTS (
       SELECT FROM jsonb_array_elements(p_events) AS event
        WHERE event ->> 'source' IS DISTINCT FROM p_source OR event ->> 'type' LIKE 'kernel.%'
           OR event ->> 'stream' LIKE 'kernel.%' OR event ->> 'request_id' IS NOT NULL
           OR event ->> 'actor_id' IS NOT NULL) THEN
    RAISE EXCEPTION 'an upstream tells of itself alone: % cannot say this', p_source
      USING ERRCODE = 'restrict_violation';
  END IF;
  WITH given AS (
    SELECT event, ordinality, event ->> 'source_event_id' AS id
      FROM jsonb_array_elements(p_events) WITH ORDINALITY AS t (event, ordinality)
  ), first_of_each AS (
    SELECT DISTINCT ON (id) * FROM given ORDER BY id, ordinality
  ), kept AS (
    INSERT INTO kernel.ingested (source, event_id)
    SELECT p_source, id FROM first_of_each ORDER BY id
    ON CONFLICT DO NOTHING
    RETURNING event_id
  )
  SELECT jsonb_agg(f.event ORDER BY f.ordinality) INTO fresh
    FROM first_of_each f JOIN kept k ON k.event_id = f.id;
  IF fresh IS NULL THEN
    RETURN 0;
  END IF;
  PERFORM kernel.append_events(fresh);
  RETURN jsonb_array_length(fresh);
END
$$;

-- Answers whether it is new; what was sent before is one dead letter, which counts how often it came.
DROP FUNCTION IF EXISTS kernel.keep_dead_letter(uuid, text, text, text);
CREATE OR REPLACE FUNCTION kernel.keep_dead_letter(p_id uuid, p_source text, p_body text, p_error text, p_digest bytea)
RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  INSERT INTO kernel.dead_letter AS d (dead_letter_id, source, body_sealed, error, body_digest)
  VALUES (p_id, p_source, p_body, p_error, p_digest)
  ON CONFLICT (source, body_digest) DO UPDATE
     SET times = least(d.times::bigint + 1, 2147483647)::integer, last_at = clock_timestamp(),
         -- Understood once and not any more: it waits again. What was discarded stays so.
         state = CASE d.state WHEN 'replayed' THEN 'waiting' ELSE d.state END, error = excluded.error
  RETURNING dead_letter_id = p_id
$$;

-- Where a poller stands, and what kept it from reading.
CREATE OR REPLACE FUNCTION kernel.move_poll_cursor(p_source text, p_after bigint, p_error text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  INSERT INTO kernel.poll_cursor AS c (source, after, error) VALUES (p_source, p_after, p_error)
  ON CONFLICT (source) DO UPDATE
     SET after = greatest(c.after, excluded.after), error = excluded.error, read_at = clock_timestamp(),
         heard_at = CASE WHEN p_error IS NULL THEN clock_timestamp() ELSE c.heard_at END
$$;

REVOKE ALL ON FUNCTION kernel.ingest_events(text, jsonb), kernel.keep_dead_letter(uuid, text, text, text, bytea),
                       kernel.move_poll_cursor(text, bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.ingest_events(text, jsonb), kernel.keep_dead_letter(uuid, text, text, text, bytea),
                          kernel.move_poll_cursor(text, bigint, text) TO countersign_sequencer;
GRANT EXECUTE ON FUNCTION kernel.ingest_events(text, jsonb), kernel.keep_dead_letter(uuid, text, text, text, bytea)
  TO countersign_app;
REVOKE EXECUTE ON FUNCTION kernel.move_poll_cursor(text, bigint, text) FROM countersign_app;
