-- The key of a subject: the one kept already, or this one. Never one that has been erased, nor what cannot be one: a nonce, a key of
-- AES-256 and the tag of its sealing. Whether the installation's key opens it, nobody knows here.
CREATE OR REPLACE FUNCTION kernel.make_subject_key(p_subject text, p_key_id text, p_wrapped bytea) RETURNS bytea
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  kept bytea;
BEGIN
  IF p_key_id IS DISTINCT FROM 'k1' OR octet_length(p_wrapped) IS DISTINCT FROM 12 + 32 + 16 THEN
    RAISE EXCEPTION 'this is no wrapped key of %', p_subject USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT FROM kernel.subject_erasure WHERE subject = p_subject AND key_hash = sha256(p_wrapped)) THEN
    RAISE EXCEPTION 'this key of % has been erased', p_subject USING ERRCODE = 'restrict_violation';
  END IF;
  INSERT INTO kernel.subject_key (subject, key_id, wrapped_key) VALUES (p_subject, p_key_id, p_wrapped)
  ON CONFLICT (subject) DO NOTHING;
  SELECT wrapped_key INTO STRICT kept FROM kernel.subject_key WHERE subject = p_subject;
  RETURN kept;
END
$$;
REVOKE ALL ON FUNCTION kernel.make_subject_key(text, text, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.make_subject_key(text, text, bytea)
  TO countersign_app, countersign_dispatcher, countersign_sequencer;
