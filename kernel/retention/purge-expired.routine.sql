-- Lets go of rows past their retention, at most so many of each kind. Evidence is none of them: requests, approvals,
-- attempts, events and the audit log are kept. Answers how many of each kind went.
CREATE OR REPLACE FUNCTION kernel.purge_expired(p_limit integer) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  -- K-12: keys live at least 30 days.
  idempotency_kept CONSTANT interval := '31 days';
  -- A holder that died gave its key up when its time ended; this is only a row that nobody asked for again.
  in_flight_kept   CONSTANT interval := '1 hour';
  -- Longer than any upstream delivers again what it has delivered.
  ingested_kept    CONSTANT interval := '90 days';
  -- Who signed in and out is in the audit log; these rows hold tokens, sealed.
  session_kept     CONSTANT interval := '7 days';
  attempt_kept     CONSTANT interval := '1 day';
  -- By the minute for the last days, by the quarter and by the hour for a season and a little (SERIES_KEPT_DAYS).
  minutes_kept     CONSTANT interval := '3 days';
  quarters_kept    CONSTANT interval := '100 days';
  now_at  CONSTANT timestamptz := clock_timestamp();
  gone    jsonb := '{}';
  deleted integer;
BEGIN
  DELETE FROM kernel.idempotency WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM kernel.idempotency WHERE recorded_at < now_at - idempotency_kept LIMIT p_limit));
  GET DIAGNOSTICS deleted = ROW_COUNT;
  gone := gone || jsonb_build_object('idempotency', deleted);

  DELETE FROM kernel.work_giving WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM kernel.work_giving WHERE began_at < now_at - idempotency_kept LIMIT p_limit));
  GET DIAGNOSTICS deleted = ROW_COUNT;
  gone := gone || jsonb_build_object('work_giving', deleted);

  DELETE FROM kernel.idempotency_in_flight WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM kernel.idempotency_in_flight WHERE until < now_at - in_flight_kept LIMIT p_limit));
  GET DIAGNOSTICS deleted = ROW_COUNT;
  gone := gone || jsonb_build_object('idempotency_in_flight', deleted);

  DELETE FROM kernel.ingested WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM kernel.ingested WHERE at < now_at - ingested_kept LIMIT p_limit));
  GET DIAGNOSTICS deleted = ROW_COUNT;
  gone := gone || jsonb_build_object('ingested', deleted);

  DELETE FROM kernel.session WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM kernel.session
     WHERE ended_at < now_at - session_kept OR absolute_expires_at < now_at - session_kept LIMIT p_limit));
  GET DIAGNOSTICS deleted = ROW_COUNT;
  gone := gone || jsonb_build_object('session', deleted);

  DELETE FROM kernel.sign_in_attempt WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM kernel.sign_in_attempt WHERE created_at < now_at - attempt_kept LIMIT p_limit));
  GET DIAGNOSTICS deleted = ROW_COUNT;
  gone := gone || jsonb_build_object('sign_in_attempt', deleted);

  DELETE FROM kernel.series_point WHERE ctid = ANY (ARRAY(
    (SELECT ctid FROM kernel.series_point WHERE step_s = 60 AND at < now_at - minutes_kept LIMIT p_limit)
    UNION ALL
    (SELECT ctid FROM kernel.series_point WHERE step_s IN (900, 3600) AND at < now_at - quarters_kept LIMIT p_limit)));
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN gone || jsonb_build_object('series_point', deleted);
END
$$;
REVOKE ALL ON FUNCTION kernel.purge_expired(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.purge_expired(integer) TO countersign_dispatcher;
