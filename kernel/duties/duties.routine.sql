-- What a worker does: [{duty, rounds, failing, began_ms_ago, took_ms, failed_ms_ago, failure, under_way, round_max_s,
-- failing_ms}]. Workers that have said nothing for an hour are forgotten.
CREATE OR REPLACE FUNCTION kernel.report_duties(p_process text, p_duties jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  DELETE FROM kernel.duty_report WHERE reported_at < clock_timestamp() - interval '1 hour';
  INSERT INTO kernel.duty_report AS known (process, duty, rounds, failing, began_at, took_ms, failed_at, failure, under_way,
                                           round_max_s, failing_since)
  SELECT p_process, d.duty, d.rounds, d.failing, clock_timestamp() - make_interval(secs => d.began_ms_ago / 1000.0), d.took_ms,
         clock_timestamp() - make_interval(secs => d.failed_ms_ago / 1000.0), d.failure, coalesce(d.under_way, false),
         coalesce(d.round_max_s, 120), clock_timestamp() - make_interval(secs => d.failing_ms / 1000.0)
    FROM jsonb_to_recordset(p_duties) AS d (duty text, rounds bigint, failing integer, began_ms_ago double precision,
                                            took_ms double precision, failed_ms_ago double precision, failure text,
                                            under_way boolean, round_max_s integer, failing_ms double precision)
   LIMIT 200
      ON CONFLICT (process, duty) DO UPDATE
     SET rounds = excluded.rounds, failing = excluded.failing, began_at = excluded.began_at, took_ms = excluded.took_ms,
         failed_at = excluded.failed_at, failure = excluded.failure, under_way = excluded.under_way,
         round_max_s = excluded.round_max_s, failing_since = excluded.failing_since, reported_at = clock_timestamp();
$$;
REVOKE ALL ON FUNCTION kernel.report_duties(text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.report_duties(text, jsonb) TO countersign_dispatcher;

-- What is wrong with what workers do, by the last word of each: no word of any for a minute; a round that takes longer than it
-- may; rounds that have failed for five minutes.
CREATE OR REPLACE FUNCTION kernel.duty_troubles() RETURNS TABLE (kind text, key text, facts jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  SELECT 'kernel.no_worker', 'worker', '{}'::jsonb
   WHERE NOT EXISTS (SELECT FROM kernel.duty_report WHERE reported_at > clock_timestamp() - interval '1 minute')
  UNION ALL
  SELECT 'kernel.job_stuck', duty, jsonb_build_object('job', duty) FROM kernel.duty_report
   WHERE reported_at > clock_timestamp() - interval '30 seconds'
     AND under_way AND began_at < clock_timestamp() - make_interval(secs => round_max_s)
   GROUP BY duty
  UNION ALL
  SELECT 'kernel.job_failing', duty, jsonb_build_object('job', duty) FROM kernel.duty_report
   WHERE reported_at > clock_timestamp() - interval '30 seconds'
     AND failing > 0 AND failing_since < clock_timestamp() - interval '5 minutes'
   GROUP BY duty
$$;
REVOKE ALL ON FUNCTION kernel.duty_troubles() FROM PUBLIC;

-- Makes the alerts about what workers do those that hold now. Servers ask too: where no worker lives, nobody else would. Whoever asks
-- as a worker is one, though it may have said nothing yet.
CREATE OR REPLACE FUNCTION kernel.sync_job_alerts() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  watched CONSTANT text[] := ARRAY['kernel.no_worker', 'kernel.job_stuck', 'kernel.job_failing'];
  holds   CONSTANT jsonb := (SELECT coalesce(jsonb_agg(to_jsonb(t)), '[]') FROM kernel.duty_troubles() AS t
                              WHERE t.kind <> 'kernel.no_worker'
                                 OR NOT pg_has_role(session_user, 'countersign_dispatcher', 'MEMBER'));
  each record;
BEGIN
  FOR each IN
    SELECT a.kind, a.dedupe_key FROM kernel.alert a
     WHERE a.kind = ANY (watched) AND a.resolved_at IS NULL
       AND NOT EXISTS (SELECT FROM jsonb_to_recordset(holds) AS o (kind text, key text)
                        WHERE o.kind = a.kind AND o.key = a.dedupe_key)
     ORDER BY a.kind, a.dedupe_key
  LOOP
    PERFORM kernel.resolve_alert(each.kind, each.dedupe_key);
  END LOOP;
  FOR each IN
    SELECT o.* FROM jsonb_to_recordset(holds) AS o (kind text, key text, facts jsonb)
     WHERE NOT EXISTS (SELECT FROM kernel.alert a
                        WHERE a.kind = o.kind AND a.dedupe_key = o.key AND a.resolved_at IS NULL)
     ORDER BY o.kind, o.key
  LOOP
    PERFORM kernel.raise_alert(each.kind, each.key, 'kernel', each.facts, true, NULL);
  END LOOP;
END
$$;
REVOKE ALL ON FUNCTION kernel.sync_job_alerts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.sync_job_alerts() TO countersign_app, countersign_dispatcher;
