-- How far each projection is behind what is committed: the age in ms of the oldest fact that it does not show. A fact
-- that has no place in the order yet counts too, so that a projector that stands still is seen to be behind.
DROP FUNCTION IF EXISTS kernel.projection_lag();
CREATE FUNCTION kernel.projection_lag()
RETURNS TABLE (name text, failing boolean, behind_ms double precision, left_out integer)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  SELECT p.name, p.failing IS NOT NULL,
         greatest(0, coalesce(extract(epoch FROM clock_timestamp() - coalesce(next.recorded_at, waiting.recorded_at))
                              * 1000, 0))::double precision,
         (SELECT count(*)::integer FROM kernel.projection_left_out o WHERE o.projection = p.name)
    FROM kernel.projection p
    LEFT JOIN LATERAL (
         SELECT e.recorded_at
           FROM kernel.event_order o JOIN kernel.event e USING (seq)
          WHERE o.position = p.position + 1) AS next ON true
    LEFT JOIN LATERAL (
         SELECT e.recorded_at
           FROM kernel.event_pending w JOIN kernel.event e USING (seq)
          ORDER BY w.seq
          LIMIT 1) AS waiting ON true
$$;
REVOKE ALL ON FUNCTION kernel.projection_lag() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.projection_lag() TO countersign_app, countersign_sequencer;
