-- Appends audit entries: [{"canonical": text, "personal": {path: {"salt": base64, "value": text}}}, …], as
-- kernel/audit/audit-entry.ts makes them. Called inside the transaction of what the entries record.
--
-- Every queryable column is read out of the canonical text here, so that a column cannot say what the leaf does not.
-- Takes no lock that another writer would wait for: the sequencer gives the entry its place in the log later.
CREATE OR REPLACE FUNCTION kernel.append_audit(p_entries jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM set_config('countersign.audit_routine', 'running', true);
  WITH given AS MATERIALIZED (
    SELECT nextval('kernel.audit_seq')             AS seq,
           (entry->>'canonical')::jsonb            AS fact,
           convert_to(entry->>'canonical', 'UTF8') AS canonical,
           entry->'personal'                       AS personal
      FROM jsonb_array_elements(p_entries) AS entry
  ), hashed AS MATERIALIZED (
    SELECT seq, fact, canonical, personal,
           (fact->>'id')::uuid                AS entry_id,
           -- RFC 6962 §2.1: a leaf is hashed behind a zero byte.
           sha256('\x00'::bytea || canonical) AS leaf_hash
      FROM given
  ), entered AS (
    INSERT INTO kernel.audit_entry (
      seq, entry_id, at, format_version, kind, actor_id, outcome, leaf_hash, canonical, actor_roles, tenant_id,
      event_sub_type, severity, action, target_kind, target_id, reason_code, action_request_id, transition_from,
      transition_to, transition_revision, http_request_id)
    SELECT seq, entry_id, (fact->>'at')::timestamptz, (fact->>'v')::smallint, fact->>'kind', fact->'actor'->>'id',
           fact->>'outcome', leaf_hash, canonical,
           ARRAY(SELECT jsonb_array_elements_text(fact->'actor'->'roles')), fact->>'tenant_id',
           fact->>'event_sub_type', fact->>'severity', fact->>'action', fact->'target'->>'kind',
           fact->'target'->>'id', fact->'reason'->>'code', (fact->>'action_request_id')::uuid,
           fact->'transition'->>'from', fact->'transition'->>'to', (fact->'transition'->>'revision')::integer,
           fact->>'request_id'
      FROM hashed
  ), kept_apart AS (
    INSERT INTO kernel.audit_personal (entry_id, tenant_id, "values")
    SELECT entry_id, fact->>'tenant_id', personal FROM hashed WHERE personal <> '{}'
  )
  INSERT INTO kernel.audit_pending (seq, entry_id, leaf_hash)
  SELECT seq, entry_id, leaf_hash FROM hashed;
  PERFORM set_config('countersign.audit_routine', '', true);
END
$$;
REVOKE ALL ON FUNCTION kernel.append_audit(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.append_audit(jsonb)
  TO countersign_app, countersign_dispatcher, countersign_sequencer, countersign_signer;
