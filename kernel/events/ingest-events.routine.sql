-- Keeps the events of an upstream that were not kept before: duplicates are told by (source, the upstream's own id).
-- Each event: as kernel.append_events takes it, and `source_event_id`. Answers the places in the list, from 1 on, of those
-- that were new.
-- Told apart and appended in one statement: what kernel.append_events does, over rows that are rows already. Handed to it
-- as JSON once more, they cost half as much again. Ids, then streams, are taken in order, so that two batches over the same
-- cannot wait for each other.
DO $$ BEGIN
  IF (SELECT prorettype FROM pg_proc WHERE oid = to_regprocedure('kernel.ingest_events(text, jsonb)')) = 'integer'::regtype THEN
    DROP FUNCTION kernel.ingest_events(text, jsonb);
  END IF;
END $$;
CREATE OR REPLACE FUNCTION kernel.ingest_events(p_source text, p_events jsonb) RETURNS integer[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  kept      integer[];
  of_others boolean;
BEGIN
  WITH given AS MATERIALIZED (
    SELECT e.*
      FROM ROWS FROM (jsonb_to_recordset(p_events) AS (
             source_event_id text, event_id uuid, tenant_id text, stream text, type text, schema_version smallint,
             source text, actor_id text, request_id uuid, correlation_id text, causation_id text, refs text[],
             payload jsonb, occurred_at timestamptz)) WITH ORDINALITY AS e
  ), first_of_each AS (
    SELECT DISTINCT ON (source_event_id) * FROM given ORDER BY source_event_id, ordinality
  ), known AS (
    INSERT INTO kernel.ingested (source, event_id)
    SELECT p_source, source_event_id FROM first_of_each ORDER BY source_event_id
    ON CONFLICT DO NOTHING
    RETURNING event_id
  ), fresh AS MATERIALIZED (
    SELECT f.*, row_number() OVER (PARTITION BY f.stream ORDER BY f.ordinality) AS nth,
           count(*) OVER (PARTITION BY f.stream) AS added
      FROM first_of_each f JOIN known k ON k.event_id = f.source_event_id
  ), head AS (
    INSERT INTO kernel.stream AS s (stream, tenant_id, version)
    SELECT stream, min(tenant_id), count(*) FROM fresh GROUP BY stream ORDER BY stream
    ON CONFLICT (stream) DO UPDATE SET version = s.version + excluded.version
    RETURNING s.stream, s.version
  ), appended AS (
    INSERT INTO kernel.event (event_id, tenant_id, stream, version, type, schema_version, source, correlation_id,
                              causation_id, refs, payload, occurred_at)
    SELECT f.event_id, f.tenant_id, f.stream, h.version - f.added + f.nth, f.type, f.schema_version, f.source,
           f.correlation_id, f.causation_id, coalesce(f.refs, '{}'), f.payload,
           coalesce(f.occurred_at, clock_timestamp())
      FROM fresh f JOIN head h USING (stream)
     ORDER BY f.ordinality
    RETURNING seq
  ), pending AS (
    INSERT INTO kernel.event_pending (seq) SELECT seq FROM appended
  )
  SELECT (SELECT coalesce(array_agg(ordinality::integer), '{}') FROM fresh),
         -- What an upstream says is said in its name, and never of what is ours to say.
         p_source = 'countersign'
         OR EXISTS (SELECT FROM given
                     WHERE source IS DISTINCT FROM p_source OR type LIKE 'kernel.%' OR stream LIKE 'kernel.%'
                        OR request_id IS NOT NULL OR actor_id IS NOT NULL
                        -- What an action of a console tells, which is then done here: personal data erased, shown to somebody.
                        OR type IN (SELECT unnest(event_types) FROM kernel.declared_action))
    INTO kept, of_others;
  IF of_others THEN
    RAISE EXCEPTION 'an upstream tells of itself alone: % cannot say this', p_source
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN kept;
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
