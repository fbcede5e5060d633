-- What the signer writes, and all that it can write.

-- Publishes a checkpoint that the witness has accepted. Publishing the same one again changes nothing.
CREATE OR REPLACE FUNCTION kernel.publish_audit_checkpoint(p_size bigint, p_root bytea, p_note text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_last kernel.audit_checkpoint;
BEGIN
  PERFORM pg_advisory_xact_lock(1635083369 /* 'audi' */, 4);
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

-- Says that the log is not to be believed, and why; or that it is again. Saying the same twice adds nothing.
CREATE OR REPLACE FUNCTION kernel.record_audit_halt(p_halted boolean, p_code text, p_message text)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_last kernel.audit_halt;
BEGIN
  PERFORM pg_advisory_xact_lock(1635083369 /* 'audi' */, 5);
  SELECT * INTO v_last FROM kernel.audit_halt ORDER BY position DESC LIMIT 1;
  IF coalesce(v_last.halted, false) = p_halted AND (NOT p_halted OR v_last.code = p_code) THEN RETURN; END IF;
  PERFORM set_config('countersign.audit_routine', 'running', true);
  INSERT INTO kernel.audit_halt (position, halted, code, message)
  VALUES (coalesce(v_last.position, 0) + 1, p_halted, p_code, p_message);
  PERFORM set_config('countersign.audit_routine', '', true);
END
$$;
REVOKE ALL ON FUNCTION kernel.record_audit_halt(boolean, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.record_audit_halt(boolean, text, text) TO countersign_signer;
