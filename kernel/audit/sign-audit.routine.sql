-- What the signer writes, and all that it can write. One at a time: under a lock on the table that nobody who reads it can take or
-- hold up, as any login could with an advisory lock.

-- Publishes a checkpoint that the witness has accepted. Publishing the same one again changes nothing.
CREATE OR REPLACE FUNCTION kernel.publish_audit_checkpoint(p_size bigint, p_root bytea, p_note text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_last kernel.audit_checkpoint;
BEGIN
  LOCK TABLE kernel.audit_checkpoint IN SHARE ROW EXCLUSIVE MODE;
  SELECT * INTO v_last FROM kernel.audit_checkpoint ORDER BY tree_size DESC LIMIT 1;
  IF v_last.tree_size = p_size AND v_last.root = p_root THEN RETURN; END IF;
  IF v_last.tree_size >= p_size THEN
    RAISE EXCEPTION 'a checkpoint of size % follows one of size %', p_size, v_last.tree_size
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF p_size > (SELECT size FROM kernel.audit_head) THEN
    RAISE EXCEPTION 'a checkpoint of size % is ahead of the log', p_size USING ERRCODE = 'restrict_violation';
  END IF;
  PERFORM set_config('countersign.audit_routine', 'running', true);
  INSERT INTO kernel.audit_checkpoint (tree_size, root, note) VALUES (p_size, p_root, p_note);
  PERFORM set_config('countersign.audit_routine', '', true);
END
$$;
REVOKE ALL ON FUNCTION kernel.publish_audit_checkpoint(bigint, bytea, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.publish_audit_checkpoint(bigint, bytea, text) TO countersign_signer;

-- Records the key the log is signed with. Only the first key is taken so; a rotation is a governed entry of its own.
-- Returns the key in force.
CREATE OR REPLACE FUNCTION kernel.claim_audit_signer_key(p_verifier_key text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM set_config('countersign.audit_routine', 'running', true);
  INSERT INTO kernel.audit_signer_key (valid_from_size, verifier_key)
  SELECT 0, p_verifier_key WHERE NOT EXISTS (SELECT FROM kernel.audit_signer_key)
  ON CONFLICT DO NOTHING;
  PERFORM set_config('countersign.audit_routine', '', true);
  RETURN (SELECT verifier_key FROM kernel.audit_signer_key ORDER BY valid_from_size DESC LIMIT 1);
END
$$;
REVOKE ALL ON FUNCTION kernel.claim_audit_signer_key(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.claim_audit_signer_key(text) TO countersign_signer;

-- Takes the key that the entry at p_index declares: it signs every tree that holds that entry. It goes on from the key in
-- force, and the entry is of a request that was carried out, for this very change, on another human's signature: the
-- caller reads as much out of the log, but it is also who would gain by a declaration of its own.
CREATE OR REPLACE FUNCTION kernel.take_audit_signer_key(p_index bigint, p_verifier_key text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  LOCK TABLE kernel.audit_signer_key IN SHARE ROW EXCLUSIVE MODE;
  IF EXISTS (SELECT FROM kernel.audit_signer_key WHERE verifier_key = p_verifier_key) THEN RETURN; END IF;
  IF NOT EXISTS (
    SELECT FROM kernel.audit_declarations('kernel.rotate_audit_key', p_index) AS entry,
                LATERAL (SELECT convert_from(entry.canonical, 'UTF8')::jsonb AS fact) AS said
      JOIN kernel.action_request q ON q.request_id::text = fact ->> 'action_request_id'
      JOIN kernel.action_revision v ON v.request_id = q.request_id AND v.revision = q.revision
      JOIN kernel.standing_approval a ON a.request_id = v.request_id AND a.revision = v.revision
     WHERE entry.leaf_index = p_index AND fact #>> '{transition,to}' = 'executed'
       AND fact #>> '{detail,rotation,new_key}' = p_verifier_key
       AND fact #>> '{detail,rotation,old_key}'
           = (SELECT verifier_key FROM kernel.audit_signer_key ORDER BY valid_from_size DESC LIMIT 1)
       AND q.type = 'kernel.rotate_audit_key' AND q.state = 'executed' AND v.decided = fact #> '{detail,rotation}'
       AND a.digest = v.digest
       AND NOT a.person_id = ANY (kernel.accounts_of(q.requested_by) || kernel.accounts_of(v.created_by))) THEN
    RAISE EXCEPTION 'the entry at % is no change to this key that two people agreed to', p_index
      USING ERRCODE = 'restrict_violation';
  END IF;
  PERFORM set_config('countersign.audit_routine', 'running', true);
  INSERT INTO kernel.audit_signer_key (valid_from_size, verifier_key) VALUES (p_index + 1, p_verifier_key);
  PERFORM set_config('countersign.audit_routine', '', true);
END
$$;
REVOKE ALL ON FUNCTION kernel.take_audit_signer_key(bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.take_audit_signer_key(bigint, text) TO countersign_signer;

-- Says which key the signer holds beside the one in force; null: none. Saying the same twice adds nothing.
CREATE OR REPLACE FUNCTION kernel.offer_audit_key(p_verifier_key text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_last kernel.audit_offered_key;
BEGIN
  LOCK TABLE kernel.audit_offered_key IN SHARE ROW EXCLUSIVE MODE;
  SELECT * INTO v_last FROM kernel.audit_offered_key ORDER BY position DESC LIMIT 1;
  IF v_last.verifier_key IS NOT DISTINCT FROM p_verifier_key THEN RETURN; END IF;
  PERFORM set_config('countersign.audit_routine', 'running', true);
  INSERT INTO kernel.audit_offered_key (position, verifier_key)
  VALUES (coalesce(v_last.position, 0) + 1, p_verifier_key);
  PERFORM set_config('countersign.audit_routine', '', true);
END
$$;
REVOKE ALL ON FUNCTION kernel.offer_audit_key(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.offer_audit_key(text) TO countersign_signer;

-- Entries of the two actions that change what the log is signed by, or what it goes on from; in the log's own order,
-- from an index on. The signer reads no other entry.
CREATE OR REPLACE FUNCTION kernel.audit_declarations(p_action text, p_from bigint)
RETURNS TABLE (leaf_index bigint, leaf_hash bytea, canonical bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT l.leaf_index, l.leaf_hash, e.canonical
    FROM kernel.audit_entry e JOIN kernel.audit_leaf l ON l.seq = e.seq
   WHERE e.action = p_action AND e.action IN ('kernel.recover_audit_log', 'kernel.rotate_audit_key')
     AND e.kind = 'action' AND l.leaf_index >= p_from
   ORDER BY l.leaf_index
$$;
REVOKE ALL ON FUNCTION kernel.audit_declarations(text, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.audit_declarations(text, bigint) TO countersign_signer;

-- Says that the log is not to be believed, and why; or that it is again. Saying the same twice adds nothing. Where the
-- log is not the one that the witness has seen, the witness's newest checkpoint is kept with it.
CREATE OR REPLACE FUNCTION kernel.record_audit_halt(
  p_halted boolean, p_code text, p_message text, p_lost_size bigint DEFAULT NULL, p_lost_root bytea DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_last kernel.audit_halt;
BEGIN
  LOCK TABLE kernel.audit_halt IN SHARE ROW EXCLUSIVE MODE;
  SELECT * INTO v_last FROM kernel.audit_halt ORDER BY position DESC LIMIT 1;
  IF coalesce(v_last.halted, false) = p_halted
     AND (NOT p_halted OR v_last.code = p_code AND v_last.lost_root IS NOT DISTINCT FROM p_lost_root) THEN
    RETURN;
  END IF;
  PERFORM set_config('countersign.audit_routine', 'running', true);
  INSERT INTO kernel.audit_halt (position, halted, code, message, lost_size, lost_root)
  VALUES (coalesce(v_last.position, 0) + 1, p_halted, p_code, p_message, p_lost_size, p_lost_root);
  PERFORM set_config('countersign.audit_routine', '', true);
END
$$;
REVOKE ALL ON FUNCTION kernel.record_audit_halt(boolean, text, text, bigint, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.record_audit_halt(boolean, text, text, bigint, bytea) TO countersign_signer;
