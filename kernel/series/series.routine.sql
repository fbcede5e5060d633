-- The slot of a time in seconds: logarithmic, each 5 % wider than the one before, so that a quantile read from them is at
-- most 2.5 % off (DDSketch: Masson, Rim, Lee, VLDB 2019). Shorter than a microsecond counts as that.
CREATE OR REPLACE FUNCTION kernel.series_slot(p_seconds double precision) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT ceil(ln(greatest(p_seconds, 0.000001)) / ln(1.05::double precision))::integer
$$;

-- What a slot stands for: the middle of it, by share.
CREATE OR REPLACE FUNCTION kernel.series_slot_seconds(p_slot integer) RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT 2 * power(1.05::double precision, greatest(least(p_slot, 600), -600)) / 2.05
$$;

-- Adds a process's own counts: [{series, label, at, n, total, low, high, slots, counts}], `at` the beginning of a minute of
-- the last quarter of an hour, the same for all. Only of what processes count themselves: the other series are read from rows.
CREATE OR REPLACE FUNCTION kernel.add_to_series(p_points jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
BEGIN
  IF jsonb_array_length(p_points) > 2000 THEN
    RAISE EXCEPTION 'too many points at once' USING ERRCODE = 'program_limit_exceeded';
  END IF;
  -- What no clock measures would stand in every chart until it is let go of.
  IF EXISTS (SELECT FROM jsonb_to_recordset(p_points) AS p (n bigint, total double precision, low double precision,
                                                            high double precision, slots integer[], counts bigint[])
              WHERE NOT coalesce(p.n BETWEEN 0 AND 1000000000 AND p.total BETWEEN 0 AND 1e12 AND coalesce(p.low, 0) BETWEEN 0 AND 1e9
                                 AND coalesce(p.high, 0) BETWEEN 0 AND 1e9 AND cardinality(p.slots) <= 1200
                                 AND -600 <= ALL (p.slots) AND 600 >= ALL (p.slots)
                                 AND 0 <= ALL (p.counts) AND 1000000000 >= ALL (p.counts), false)) THEN
    RAISE EXCEPTION 'no process measures this' USING ERRCODE = 'check_violation';
  END IF;
  INSERT INTO kernel.series_point AS known (series, label, step_s, at, n, total, low, high, slots, counts)
  SELECT p.series, p.label, step.s, date_bin(make_interval(secs => step.s), p.at, 'epoch'::timestamptz),
         p.n, p.total, p.low, p.high, p.slots, p.counts
    FROM jsonb_to_recordset(p_points) AS p (series text, label text, at timestamptz, n bigint, total double precision,
                                            low double precision, high double precision, slots integer[], counts bigint[])
   CROSS JOIN (VALUES (60), (900)) AS step (s)
   WHERE p.series IN ('http_answers', 'http_failures', 'upstream_calls', 'upstream_failures')
     AND p.at BETWEEN clock_timestamp() - interval '15 minutes' AND clock_timestamp() + interval '1 minute'
   ORDER BY 1, 2, 3, 4
      ON CONFLICT (series, label, step_s, at) DO UPDATE
     SET n = known.n + excluded.n, total = known.total + excluded.total,
         low = least(known.low, excluded.low), high = greatest(known.high, excluded.high),
         (slots, counts) = (
           SELECT coalesce(array_agg(m.slot ORDER BY m.slot), '{}'), coalesce(array_agg(m.count ORDER BY m.slot), '{}')
             FROM (SELECT both_of.slot, sum(both_of.count)::bigint AS count
                     FROM (SELECT * FROM unnest(known.slots, known.counts)
                            UNION ALL SELECT * FROM unnest(excluded.slots, excluded.counts)) AS both_of (slot, count)
                    GROUP BY both_of.slot) AS m);
END
$$;

-- How things stand now, as far as the rows say it: one figure of each. More than a million is a million to anybody.
CREATE OR REPLACE FUNCTION kernel.series_now(p_upstreams text[])
RETURNS TABLE (series text, label text, value double precision)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  counted_max CONSTANT integer := 1000000;
  v_queue     kernel.queue;
BEGIN
  FOR v_queue IN SELECT * FROM kernel.queue ORDER BY name LOOP
    RETURN QUERY EXECUTE format(
      $sql$SELECT s.series, $1, s.value
             FROM (SELECT count(*)::double precision AS waiting,
                          count(*) FILTER (WHERE due_at < clock_timestamp())::double precision AS late
                     FROM (SELECT due_at FROM %1$s WHERE state = 'open' LIMIT $2) AS open) AS c,
                  (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(opened_at)), 0)::double precision AS oldest
                     FROM %1$s WHERE state = 'open') AS o,
                  LATERAL (VALUES ('queue_waiting', c.waiting), ('queue_late', c.late),
                                  ('queue_oldest', greatest(o.oldest, 0))) AS s (series, value)$sql$,
      v_queue.item_table::regclass)
    USING v_queue.name, counted_max;
  END LOOP;

  RETURN QUERY
  WITH waiting AS (
    SELECT o.connector AS upstream, count(*)::double precision AS effects,
           extract(epoch FROM clock_timestamp() - min(greatest(o.created_at, v.scheduled_for)))::double precision AS oldest
      FROM kernel.outbox o JOIN kernel.action_revision v USING (request_id, revision)
     WHERE o.settled_at IS NULL AND (v.scheduled_for IS NULL OR v.scheduled_for <= clock_timestamp())
     GROUP BY o.connector)
  SELECT s.series, u.name, s.value
    FROM unnest(p_upstreams) AS u (name)
    LEFT JOIN waiting w ON w.upstream = u.name
   CROSS JOIN LATERAL (VALUES
     ('effects_waiting', coalesce(w.effects, 0)),
     ('effects_oldest', greatest(coalesce(w.oldest, 0), 0)),
     ('upstream_paused', (SELECT count(*)::double precision FROM kernel.upstream_pause p WHERE p.upstream = u.name)),
     ('upstream_circuits_open', (SELECT count(*)::double precision
                                   FROM kernel.upstream_report r JOIN kernel.process_report p USING (process)
                                  WHERE r.upstream = u.name AND r.circuit <> 'closed'
                                    AND p.reported_at > clock_timestamp() - interval '30 seconds')),
     ('upstream_unheard', (SELECT extract(epoch FROM clock_timestamp() - c.heard_at)::double precision
                             FROM kernel.poll_cursor c WHERE c.source = u.name))) AS s (series, value)
   WHERE s.value IS NOT NULL
  UNION ALL
  SELECT 'projection_behind', l.name, l.behind_ms / 1000 FROM kernel.projection_lag() AS l
  UNION ALL
  SELECT s.series, c.console, s.value
    FROM (SELECT DISTINCT split_part(d.action, '.', 1) AS console FROM kernel.declared_action d) AS c
    LEFT JOIN (SELECT r.console, count(*)::double precision AS waiting,
                      extract(epoch FROM clock_timestamp() - min(r.created_at))::double precision AS oldest
                 FROM (SELECT a.console, a.created_at FROM kernel.action_request a
                        WHERE a.state = 'pending' LIMIT counted_max) AS r
                GROUP BY r.console) AS q USING (console)
   CROSS JOIN LATERAL (VALUES ('approvals_waiting', coalesce(q.waiting, 0)),
                              ('approvals_oldest', greatest(coalesce(q.oldest, 0), 0))) AS s (series, value)
  UNION ALL
  SELECT 'audit_unwitnessed', 'audit_log',
         greatest(0, coalesce(extract(epoch FROM clock_timestamp() - least(
           (SELECT e.at FROM kernel.audit_leaf l JOIN kernel.audit_entry e USING (seq)
             WHERE l.leaf_index = coalesce((SELECT max(tree_size) FROM kernel.audit_checkpoint), 0)),
           (SELECT e.at FROM (SELECT p.seq FROM kernel.audit_pending p ORDER BY p.seq LIMIT 1) AS p
                        JOIN kernel.audit_entry e USING (seq)))), 0))::double precision
  UNION ALL
  SELECT 'dead_letters_waiting', c.source, (SELECT count(*)::double precision FROM kernel.dead_letter d
                                             WHERE d.source = c.source AND d.state IN ('waiting', 'replaying'))
    FROM kernel.poll_cursor c;
END
$$;

-- Makes hours of quarters, of everything or of one queue.
CREATE OR REPLACE FUNCTION kernel.put_hours(p_from timestamptz, p_to timestamptz, p_queue text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  WITH quarter AS MATERIALIZED (
    SELECT series, label, date_bin('1 hour', at, 'epoch'::timestamptz) AS at, n, total, low, high, slots, counts
      FROM kernel.series_point
     WHERE step_s = 900 AND at >= p_from AND at < p_to
       AND (p_queue IS NULL OR label = p_queue AND series IN ('queue_opened', 'queue_resolved', 'queue_in_time'))),
  hour AS (
    SELECT series, label, at, sum(n)::bigint AS n, sum(total) AS total, min(low) AS low, max(high) AS high
      FROM quarter GROUP BY series, label, at),
  sketch AS (
    SELECT series, label, at, array_agg(slot ORDER BY slot) AS slots, array_agg(count ORDER BY slot) AS counts
      FROM (SELECT series, label, at, t.slot, sum(t.count)::bigint AS count
              FROM quarter, unnest(slots, counts) AS t (slot, count) GROUP BY series, label, at, t.slot) AS s
     GROUP BY series, label, at)
  INSERT INTO kernel.series_point AS known (series, label, step_s, at, n, total, low, high, slots, counts)
  SELECT series, label, 3600, at, n, total, low, high, coalesce(slots, '{}'), coalesce(counts, '{}')
    FROM hour LEFT JOIN sketch USING (series, label, at)
   ORDER BY 1, 2, 4
      ON CONFLICT (series, label, step_s, at) DO UPDATE
     SET n = excluded.n, total = excluded.total, low = excluded.low, high = excluded.high,
         slots = excluded.slots, counts = excluded.counts
   WHERE (known.n, known.total, known.low, known.high, known.slots, known.counts)
         IS DISTINCT FROM (excluded.n, excluded.total, excluded.low, excluded.high, excluded.slots, excluded.counts)
$$;

-- Up to when there are hours of everything: where the row of the series that says so stands.
CREATE OR REPLACE FUNCTION kernel.hours_until() RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  SELECT max(at) FROM kernel.series_point WHERE series = 'series_sampled' AND label = 'hour' AND step_s = 3600
$$;

-- Makes hours of what nobody adds to any more (processes add to the last quarter of an hour), a few days at a time.
CREATE OR REPLACE FUNCTION kernel.roll_up_series() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  v_from timestamptz := coalesce(kernel.hours_until(), date_bin('1 hour', (SELECT min(at) FROM kernel.series_point
                                                                            WHERE step_s = 900), 'epoch'::timestamptz));
  v_to   timestamptz := least(date_bin('1 hour', clock_timestamp() - interval '20 minutes', 'epoch'::timestamptz),
                              v_from + interval '5 days');
BEGIN
  IF v_from >= v_to OR v_from IS NULL THEN
    RETURN;
  END IF;
  PERFORM kernel.put_hours(v_from, v_to, NULL);
  DELETE FROM kernel.series_point WHERE series = 'series_sampled' AND label = 'hour' AND step_s = 3600;
  INSERT INTO kernel.series_point (series, label, step_s, at, n, total, low, high)
  VALUES ('series_sampled', 'hour', 3600, v_to, 1, 1, 1, 1);
END
$$;

-- Puts down how things stand in this minute, once, whoever asks first; answers whether this call did.
CREATE OR REPLACE FUNCTION kernel.sample_series(p_upstreams text[]) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  v_minute CONSTANT timestamptz := date_bin('60 seconds', clock_timestamp(), 'epoch'::timestamptz);
BEGIN
  -- The row of a minute that somebody else is writing is waited for here, and then it is there.
  INSERT INTO kernel.series_point (series, label, step_s, at, n, total, low, high)
  VALUES ('series_sampled', 'minute', 60, v_minute, 1, 1, 1, 1) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO kernel.series_point AS known (series, label, step_s, at, n, total, low, high)
  SELECT f.series, f.label, step.s, date_bin(make_interval(secs => step.s), v_minute, 'epoch'::timestamptz),
         1, f.value, f.value, f.value
    FROM kernel.series_now(p_upstreams) AS f
   CROSS JOIN (VALUES (60), (900)) AS step (s)
      ON CONFLICT (series, label, step_s, at) DO UPDATE
     SET n = known.n + 1, total = known.total + excluded.total,
         low = least(known.low, excluded.low), high = greatest(known.high, excluded.high);
  PERFORM kernel.roll_up_series();
  RETURN true;
END
$$;

-- Counts anew what came into a queue and went out of it between two instants, by quarters of an hour: a projection that
-- is made anew, or hears of something late, has changed what is past. Nothing is counted before the first item came.
-- Answers when that was; null where none has come.
CREATE OR REPLACE FUNCTION kernel.count_queue(p_queue text, p_from timestamptz, p_to timestamptz) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  v_table regclass := (SELECT q.item_table::regclass FROM kernel.queue q WHERE q.name = p_queue);
  v_first timestamptz;
  v_from  timestamptz;
  v_to    CONSTANT timestamptz := date_bin('900 seconds', p_to, 'epoch'::timestamptz);
BEGIN
  IF v_table IS NULL OR p_to - p_from > interval '5 days' THEN
    RAISE EXCEPTION 'no queue %, or more than five days at once', p_queue USING ERRCODE = 'invalid_parameter_value';
  END IF;
  EXECUTE format($sql$SELECT least((SELECT min(opened_at) FROM %1$s WHERE state = 'open'),
                                   (SELECT min(opened_at) FROM %1$s WHERE state = 'done'))$sql$, v_table) INTO v_first;
  v_from := date_bin('900 seconds', greatest(p_from, v_first), 'epoch'::timestamptz);
  IF v_first IS NULL OR v_from > v_to THEN
    RETURN v_first;
  END IF;
  EXECUTE format($sql$
    WITH quarter AS (SELECT q.at FROM generate_series($2, $3, interval '900 seconds') AS q (at)),
    closed AS (
      SELECT date_bin('900 seconds', closed_at, 'epoch'::timestamptz) AS at, closed_at <= due_at AS in_time,
             greatest(extract(epoch FROM closed_at - opened_at), 0)::double precision AS s
        FROM %1$s WHERE closed_at >= $2 AND closed_at < $3 + interval '900 seconds'),
    slot AS (SELECT at, kernel.series_slot(s) AS slot, count(*) AS count FROM closed GROUP BY 1, 2),
    sketch AS (SELECT at, array_agg(slot ORDER BY slot) AS slots, array_agg(count ORDER BY slot) AS counts
                 FROM slot GROUP BY at),
    opened AS (
      SELECT date_bin('900 seconds', o.opened_at, 'epoch'::timestamptz) AS at, count(*) AS n
        FROM (SELECT opened_at FROM %1$s
               WHERE state = 'open' AND opened_at >= $2 AND opened_at < $3 + interval '900 seconds'
              UNION ALL
              SELECT opened_at FROM %1$s
               WHERE state = 'done' AND opened_at >= $2 AND opened_at < $3 + interval '900 seconds') AS o
       GROUP BY 1),
    resolved AS (SELECT at, count(*) AS n, sum(s) AS total, min(s) AS low, max(s) AS high,
                        count(*) FILTER (WHERE in_time) AS in_time FROM closed GROUP BY at),
    counted AS (
      SELECT 'queue_opened' AS series, at, coalesce(n, 0) AS n, coalesce(n, 0)::double precision AS total,
             CASE WHEN n > 0 THEN 1 END::double precision AS low, CASE WHEN n > 0 THEN 1 END::double precision AS high,
             '{}'::integer[] AS slots, '{}'::bigint[] AS counts
        FROM quarter LEFT JOIN opened USING (at)
      UNION ALL
      SELECT 'queue_resolved', at, coalesce(n, 0), coalesce(total, 0), low, high, coalesce(slots, '{}'), coalesce(counts, '{}')
        FROM quarter LEFT JOIN resolved USING (at) LEFT JOIN sketch USING (at)
      UNION ALL
      SELECT 'queue_in_time', at, coalesce(in_time, 0), coalesce(in_time, 0), CASE WHEN in_time > 0 THEN 1 END,
             CASE WHEN in_time > 0 THEN 1 END, '{}', '{}'
        FROM quarter LEFT JOIN resolved USING (at))
    INSERT INTO kernel.series_point AS known (series, label, step_s, at, n, total, low, high, slots, counts)
    SELECT series, $1, 900, at, n, total, low, high, slots, counts FROM counted
        ON CONFLICT (series, label, step_s, at) DO UPDATE
       SET n = excluded.n, total = excluded.total, low = excluded.low, high = excluded.high,
           slots = excluded.slots, counts = excluded.counts
     WHERE (known.n, known.total, known.low, known.high, known.slots, known.counts)
           IS DISTINCT FROM (excluded.n, excluded.total, excluded.low, excluded.high, excluded.slots, excluded.counts)
    $sql$, v_table) USING p_queue, v_from, v_to;
  PERFORM kernel.put_hours(date_bin('1 hour', v_from, 'epoch'::timestamptz),
                           least(v_to + interval '1 hour', kernel.hours_until()), p_queue);
  RETURN v_first;
END
$$;

REVOKE ALL ON FUNCTION kernel.series_slot(double precision), kernel.series_slot_seconds(integer),
  kernel.add_to_series(jsonb), kernel.series_now(text[]), kernel.sample_series(text[]),
  kernel.count_queue(text, timestamptz, timestamptz), kernel.put_hours(timestamptz, timestamptz, text), kernel.hours_until(),
  kernel.roll_up_series() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.series_slot_seconds(integer) TO countersign_app;
GRANT EXECUTE ON FUNCTION kernel.add_to_series(jsonb) TO countersign_app, countersign_dispatcher;
GRANT EXECUTE ON FUNCTION kernel.sample_series(text[]), kernel.count_queue(text, timestamptz, timestamptz)
  TO countersign_dispatcher;
