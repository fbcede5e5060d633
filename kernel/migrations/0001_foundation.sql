-- Roles, the schema, and the two guards every evidence table shares.
-- Roles belong to the whole server, so they are made only where they are missing.

DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY[
    'countersign_app',        -- serves requests: reads, and writes only through the kernel's routines
    'countersign_dispatcher', -- leases effects and settles their outcomes
    'countersign_sequencer',  -- orders events and audit leaves, applies projections
    'countersign_signer',     -- signs checkpoints; writes nothing else
    'countersign_auditor'     -- reads everything, changes nothing
  ] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
      EXECUTE format('CREATE ROLE %I LOGIN', wanted);
    END IF;
  END LOOP;
END
$$;

CREATE SCHEMA kernel;
GRANT USAGE ON SCHEMA kernel
  TO countersign_app, countersign_dispatcher, countersign_sequencer, countersign_signer, countersign_auditor;

-- Evidence is never changed. Grants already withhold UPDATE, DELETE and TRUNCATE from every role the product
-- uses; these triggers (ENABLE ALWAYS, so that replication mode does not skip them) refuse them to the owner too.
-- A superuser can still disable them: there the promise is detection, by the audit log's tree.
CREATE FUNCTION kernel.refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%.% is append-only: % is refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'restrict_violation',
          HINT = 'Record a new fact instead; evidence is never changed.';
END
$$;

-- Marks a table append-only.
CREATE PROCEDURE kernel.make_append_only(p_table regclass)
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON %s
                  FOR EACH ROW EXECUTE FUNCTION kernel.refuse_change()', p_table);
  EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON %s
                  FOR EACH STATEMENT EXECUTE FUNCTION kernel.refuse_change()', p_table);
  EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER refuse_change', p_table);
  EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER refuse_truncate', p_table);
END
$$;

-- The tenants this transaction may see, as set by the server for the person it serves. Unset: none but the
-- rows that belong to no tenant.
CREATE FUNCTION kernel.visible_tenant(p_tenant text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT p_tenant IS NULL
      OR p_tenant = ANY (string_to_array(current_setting('countersign.tenants', true), ','))
$$;

-- Row-level security as a second line behind the policy engine: the roles that serve people see only the
-- tenants set for the transaction; the background roles and the auditor see every row.
CREATE PROCEDURE kernel.scope_by_tenant(p_table regclass)
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', p_table);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', p_table);
  EXECUTE format('CREATE POLICY tenant ON %s TO countersign_app
                  USING (kernel.visible_tenant(tenant_id))', p_table);
  EXECUTE format('CREATE POLICY background ON %s
                  TO countersign_owner, countersign_dispatcher, countersign_sequencer, countersign_signer,
                     countersign_auditor
                  USING (true) WITH CHECK (true)', p_table);
END
$$;
