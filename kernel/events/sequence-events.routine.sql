-- Gives committed events their global positions: contiguous, in the order of their sequence numbers within a batch.
-- Only rows that are visible, so committed, are taken; a row that commits late is taken by a later call and gets a
-- later position, so that no reader that follows positions can pass over it. The head row's lock admits one
-- sequencer at a time. Returns the head's position after the batch and how many were placed.
CREATE OR REPLACE FUNCTION kernel.sequence_events(p_limit integer, OUT head bigint, OUT placed integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
BEGIN
  SELECT position INTO head FROM kernel.event_head FOR UPDATE;
  WITH taken AS (
    DELETE FROM kernel.event_pending
     WHERE seq IN (SELECT seq FROM kernel.event_pending ORDER BY seq LIMIT p_limit)
    RETURNING seq
  ), ordered AS (
    INSERT INTO kernel.event_order (position, seq)
    SELECT head + row_number() OVER (ORDER BY seq), seq FROM taken
    RETURNING position
  )
  SELECT count(*) INTO placed FROM ordered;
  IF placed > 0 THEN
    head := head + placed;
    UPDATE kernel.event_head SET position = head;
  END IF;
END
$$;
REVOKE ALL ON FUNCTION kernel.sequence_events(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.sequence_events(integer) TO countersign_sequencer;
