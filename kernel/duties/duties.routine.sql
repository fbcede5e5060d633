-- What a worker does: [{duty, rounds, failing, began_ms_ago, took_ms, failed_ms_ago, failure}]. Workers that have said nothing
-- for an hour are forgotten.
CREATE OR REPLACE FUNCTION kernel.report_duties(p_process text, p_duties jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  DELETE FROM kernel.duty_report WHERE reported_at < clock_timestamp() - interval '1 hour';
  INSERT INTO kernel.duty_report AS known (process, duty, rounds, failing, began_at, took_ms, failed_at, failure)
  SELECT p_process, d.duty, d.rounds, d.failing, clock_timestamp() - make_interval(secs => d.began_ms_ago / 1000.0), d.took_ms,
         clock_timestamp() - make_interval(secs => d.failed_ms_ago / 1000.0), d.failure
    FROM jsonb_to_recordset(p_duties) AS d (duty text, rounds bigint, failing integer, began_ms_ago double precision,
                                            took_ms double precision, failed_ms_ago double precision, failure text)
   LIMIT 200
      ON CONFLICT (process, duty) DO UPDATE
     SET rounds = excluded.rounds, failing = excluded.failing, began_at = excluded.began_at, took_ms = excluded.took_ms,
         failed_at = excluded.failed_at, failure = excluded.failure, reported_at = clock_timestamp();
$$;
REVOKE ALL ON FUNCTION kernel.report_duties(text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.report_duties(text, jsonb) TO countersign_dispatcher;
