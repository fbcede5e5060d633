-- The two halves of one sequencing transaction; between them the sequencer hashes the tiles.

-- Locks the head and hands out committed pending entries, oldest first. No row: another sequencer holds the head.
-- One row with a null seq: nothing is pending.
CREATE OR REPLACE FUNCTION kernel.take_audit_batch(p_limit integer)
RETURNS TABLE (size bigint, tail bytea, seq bigint, leaf_hash bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_head kernel.audit_head;
BEGIN
  SELECT * INTO v_head FROM kernel.audit_head FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN RETURN; END IF;
  -- A new statement, and so a new snapshot: what the last holder of the head has sequenced is gone from here.
  RETURN QUERY
    SELECT v_head.size, v_head.tail, pending.seq, pending.leaf_hash
      FROM (VALUES (1)) AS always (one)
      LEFT JOIN LATERAL (
        SELECT p.seq, p.leaf_hash FROM kernel.audit_pending p ORDER BY p.seq LIMIT p_limit) AS pending ON true
     ORDER BY pending.seq;
END
$$;
REVOKE ALL ON FUNCTION kernel.take_audit_batch(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.take_audit_batch(integer) TO countersign_sequencer;

-- Gives the entries p_seqs the indexes p_size, p_size + 1, …; stores the tiles that this fills; moves the head on,
-- if it is still at p_size. The leaf hashes come from the pending rows, not from the caller.
CREATE OR REPLACE FUNCTION kernel.store_audit_batch(
  p_size bigint, p_seqs bigint[], p_tail bytea,
  p_tile_levels smallint[], p_tile_indexes bigint[], p_tile_hashes bytea[], p_tile_roots bytea[])
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_count bigint;
BEGIN
  PERFORM set_config('countersign.audit_routine', 'running', true);
  UPDATE kernel.audit_head SET size = p_size + cardinality(p_seqs), tail = p_tail WHERE size = p_size;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the audit head has moved on from %', p_size USING ERRCODE = 'serialization_failure';
  END IF;
  WITH taken AS (
    DELETE FROM kernel.audit_pending WHERE seq = ANY (p_seqs) RETURNING seq, entry_id, leaf_hash
  )
  INSERT INTO kernel.audit_leaf (leaf_index, seq, entry_id, leaf_hash)
  SELECT p_size + wanted.place - 1, taken.seq, taken.entry_id, taken.leaf_hash
    FROM unnest(p_seqs) WITH ORDINALITY AS wanted (seq, place) JOIN taken ON taken.seq = wanted.seq;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  IF v_count <> cardinality(p_seqs) THEN
    RAISE EXCEPTION 'only % of % entries were still pending', v_count, cardinality(p_seqs)
      USING ERRCODE = 'serialization_failure';
  END IF;
  INSERT INTO kernel.audit_tile (level, tile_index, hashes, root)
  SELECT * FROM unnest(p_tile_levels, p_tile_indexes, p_tile_hashes, p_tile_roots);
  PERFORM set_config('countersign.audit_routine', '', true);
END
$$;
REVOKE ALL ON FUNCTION kernel.store_audit_batch(bigint, bigint[], bytea, smallint[], bigint[], bytea[], bytea[])
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.store_audit_batch(bigint, bigint[], bytea, smallint[], bigint[], bytea[], bytea[])
  TO countersign_sequencer;
