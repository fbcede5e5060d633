-- Keeps at least one whole empty partition of audit_entry ahead of the newest entry. The sequencer calls it.
-- The partition is made as a table of its own and then attached: attaching blocks no writer, creating in place would.
CREATE OR REPLACE FUNCTION kernel.ensure_audit_partitions() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  c_partition_rows CONSTANT bigint := 10000000;
  v_wanted bigint;
  v_made   integer := 0;
  v_name   text;
BEGIN
  SELECT last_value / c_partition_rows + 1 INTO v_wanted FROM kernel.audit_seq;
  IF to_regclass(format('kernel.audit_entry_p%s', v_wanted)) IS NOT NULL THEN RETURN 0; END IF;
  PERFORM pg_advisory_xact_lock(1635083369 /* 'audi' */, 3);
  FOR v_number IN 0 .. v_wanted LOOP
    v_name := format('audit_entry_p%s', v_number);
    CONTINUE WHEN to_regclass('kernel.' || v_name) IS NOT NULL;
    EXECUTE format('CREATE TABLE kernel.%I (LIKE kernel.audit_entry INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', v_name);
    EXECUTE format('ALTER TABLE kernel.audit_entry ATTACH PARTITION kernel.%I FOR VALUES FROM (%s) TO (%s)',
                   v_name, v_number * c_partition_rows, (v_number + 1) * c_partition_rows);
    -- A unique index over all partitions would have to contain seq and so would prove nothing.
    EXECUTE format('CREATE UNIQUE INDEX %I ON kernel.%I (entry_id)', v_name || '_entry_id', v_name);
    -- Row triggers come with attaching; statement triggers do not.
    EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON kernel.%I
                    FOR EACH STATEMENT EXECUTE FUNCTION kernel.refuse_change()', v_name);
    EXECUTE format('ALTER TABLE kernel.%I ENABLE ALWAYS TRIGGER refuse_truncate', v_name);
    EXECUTE format('ALTER TABLE kernel.%I ENABLE ALWAYS TRIGGER refuse_change', v_name);
    CALL kernel.write_by_audit_routine(format('kernel.%I', v_name)::regclass, 'INSERT OR UPDATE OR DELETE');
    v_made := v_made + 1;
  END LOOP;
  RETURN v_made;
END
$$;
REVOKE ALL ON FUNCTION kernel.ensure_audit_partitions() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.ensure_audit_partitions() TO countersign_sequencer;

SELECT kernel.ensure_audit_partitions();
