-- Appends facts to their streams and leaves them for the sequencer. Called by the kernel's other routines only.
-- Streams are taken in name order, so that two batches over the same streams cannot wait for each other.
-- A stream's expected version, where one is given, must still hold: otherwise CS409 / stream_moved_on.
CREATE OR REPLACE FUNCTION kernel.append_events(p_events jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  moved    text;
  e        jsonb;
  reached  integer;
  sequence bigint;
BEGIN
  -- An operator's action leaves one event: the plain way costs a third less than the set-based one below.
  IF jsonb_array_length(p_events) < 2 THEN
    e := p_events -> 0;
    IF e IS NULL THEN
      RETURN;
    END IF;
    INSERT INTO kernel.stream AS s (stream, tenant_id, version) VALUES (e ->> 'stream', e ->> 'tenant_id', 1)
    ON CONFLICT (stream) DO UPDATE SET version = s.version + 1
    RETURNING s.version INTO reached;
    IF reached - 1 <> (e ->> 'expected_version')::integer THEN
      RAISE EXCEPTION 'stream % has moved on', e ->> 'stream'
        USING ERRCODE = 'CS409', CONSTRAINT = 'stream_moved_on';
    END IF;
    INSERT INTO kernel.event (event_id, tenant_id, stream, version, type, schema_version, source, actor_id, request_id,
                              correlation_id, causation_id, refs, payload, occurred_at)
    VALUES ((e ->> 'event_id')::uuid, e ->> 'tenant_id', e ->> 'stream', reached, e ->> 'type',
            (e ->> 'schema_version')::smallint, e ->> 'source', e ->> 'actor_id', (e ->> 'request_id')::uuid,
            e ->> 'correlation_id', e ->> 'causation_id', kernel.text_array(e -> 'refs'), e -> 'payload',
            coalesce((e ->> 'occurred_at')::timestamptz, clock_timestamp()))
    RETURNING seq INTO sequence;
    INSERT INTO kernel.event_pending (seq) VALUES (sequence);
    RETURN;
  END IF;

  WITH given AS (
    SELECT e.*,
           row_number() OVER (PARTITION BY stream ORDER BY ordinality) AS nth
      FROM ROWS FROM (jsonb_to_recordset(p_events) AS (
             event_id uuid, tenant_id text, stream text, expected_version integer, type text,
             schema_version smallint, source text, actor_id text, request_id uuid, correlation_id text,
             causation_id text, refs text[], payload jsonb, occurred_at timestamptz)) WITH ORDINALITY AS e
  ), head AS (
    INSERT INTO kernel.stream AS s (stream, tenant_id, version)
    SELECT stream, min(tenant_id), count(*) FROM given GROUP BY stream ORDER BY stream
    ON CONFLICT (stream) DO UPDATE SET version = s.version + excluded.version
    RETURNING s.stream, s.version
  ), counted AS (
    SELECT stream, count(*) AS added, min(expected_version) AS expected FROM given GROUP BY stream
  ), appended AS (
    INSERT INTO kernel.event (event_id, tenant_id, stream, version, type, schema_version, source, actor_id,
                              request_id, correlation_id, causation_id, refs, payload, occurred_at)
    SELECT g.event_id, g.tenant_id, g.stream, h.version - c.added + g.nth, g.type, g.schema_version, g.source,
           g.actor_id, g.request_id, g.correlation_id, g.causation_id, coalesce(g.refs, '{}'), g.payload,
           coalesce(g.occurred_at, clock_timestamp())
      FROM given g JOIN head h USING (stream) JOIN counted c USING (stream)
     ORDER BY g.ordinality
    RETURNING seq
  ), pending AS (
    INSERT INTO kernel.event_pending (seq) SELECT seq FROM appended
  )
  SELECT c.stream INTO moved
    FROM counted c JOIN head h USING (stream)
   WHERE c.expected IS NOT NULL AND h.version - c.added <> c.expected
   LIMIT 1;
  IF moved IS NOT NULL THEN
    RAISE EXCEPTION 'stream % has moved on', moved USING ERRCODE = 'CS409', CONSTRAINT = 'stream_moved_on';
  END IF;
END
$$;
REVOKE ALL ON FUNCTION kernel.append_events(jsonb) FROM PUBLIC;
