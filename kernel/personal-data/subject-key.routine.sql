-- The key of a subject: the one kept already, or this one.
CREATE OR REPLACE FUNCTION kernel.make_subject_key(p_subject text, p_key_id text, p_wrapped bytea) RETURNS bytea
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  kept bytea;
BEGIN
  INSERT INTO kernel.subject_key (subject, key_id, wrapped_key) VALUES (p_subject, p_key_id, p_wrapped)
  ON CONFLICT (subject) DO NOTHING;
  SELECT wrapped_key INTO STRICT kept FROM kernel.subject_key WHERE subject = p_subject;
  RETURN kept;
END
$$;
REVOKE ALL ON FUNCTION kernel.make_subject_key(text, text, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.make_subject_key(text, text, bytea)
  TO countersign_app, countersign_dispatcher, countersign_sequencer;
