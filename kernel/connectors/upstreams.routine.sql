-- A pause begins and ends by the event that tells of it, and only the two governed actions append such events: on the
-- stream of the upstream that was asked for (kernel.check_events), of the type that was asked for (here).
CREATE OR REPLACE FUNCTION kernel.apply_upstream_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  v_upstream text := substr(NEW.stream, length('kernel.upstream/') + 1);
BEGIN
  IF NOT EXISTS (SELECT FROM kernel.action_request q
                  WHERE q.request_id = NEW.request_id AND q.target_kind = 'upstream' AND q.target_id = v_upstream
                    AND q.type = CASE NEW.type WHEN 'kernel.upstream.paused' THEN 'kernel.pause_upstream'
                                               ELSE 'kernel.resume_upstream' END) THEN
    RAISE EXCEPTION 'the event % does not follow from request %', NEW.type, NEW.request_id
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.type = 'kernel.upstream.paused' THEN
    INSERT INTO kernel.upstream_pause (upstream, paused_by, reason, request_id)
    VALUES (v_upstream, NEW.actor_id, NEW.payload ->> 'reason', NEW.request_id);
  ELSE
    DELETE FROM kernel.upstream_pause WHERE upstream = v_upstream;
  END IF;
  RETURN NULL;
END
$$;

-- What a process finds: {clock_ahead_ms, upstreams: [{upstream, circuit, next_probe_in_ms, calls, failures,
-- answered_ms_ago, failed_ms_ago, last_failure, health, clock_ahead_ms}]}. Processes that have said nothing for an hour
-- are forgotten.
CREATE OR REPLACE FUNCTION kernel.report_upstreams(p_process text, p jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  DELETE FROM kernel.process_report WHERE reported_at < clock_timestamp() - interval '1 hour';
  INSERT INTO kernel.process_report AS known (process, clock_ahead_ms) VALUES (p_process, (p ->> 'clock_ahead_ms')::bigint)
      ON CONFLICT (process) DO UPDATE SET clock_ahead_ms = excluded.clock_ahead_ms, reported_at = clock_timestamp();
  INSERT INTO kernel.upstream_report AS known (process, upstream, circuit, next_probe_at, calls, failures, answered_at,
                                               failed_at, last_failure, health, clock_ahead_ms)
  SELECT p_process, u.upstream, u.circuit, clock_timestamp() + make_interval(secs => u.next_probe_in_ms / 1000.0),
         u.calls, u.failures, clock_timestamp() - make_interval(secs => u.answered_ms_ago / 1000.0),
         clock_timestamp() - make_interval(secs => u.failed_ms_ago / 1000.0), u.last_failure, u.health, u.clock_ahead_ms
    FROM jsonb_to_recordset(p -> 'upstreams') AS u (
           upstream text, circuit text, next_probe_in_ms double precision, calls integer, failures integer,
           answered_ms_ago double precision, failed_ms_ago double precision, last_failure text, health text,
           clock_ahead_ms bigint)
      ON CONFLICT (process, upstream) DO UPDATE
     SET circuit = excluded.circuit, next_probe_at = excluded.next_probe_at, calls = excluded.calls,
         failures = excluded.failures, answered_at = excluded.answered_at, failed_at = excluded.failed_at,
         last_failure = excluded.last_failure, health = excluded.health, clock_ahead_ms = excluded.clock_ahead_ms;
$$;

REVOKE ALL ON FUNCTION kernel.apply_upstream_event(), kernel.report_upstreams(text, jsonb)
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.report_upstreams(text, jsonb) TO countersign_app, countersign_dispatcher;
