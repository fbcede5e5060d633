-- A record's personal data is erased by the step that carries an erasure out: the key goes, and with it everything that
-- was sealed under it, wherever that stands. Hashes, leaves and proofs are of the sealed text and stay as they are.

-- An erasure is the action `console.erase_kind` that is declared to be one, with the word of a second person.
CREATE OR REPLACE FUNCTION kernel.is_erasure(q kernel.action_request) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT q.type = q.console || '.erase_' || q.target_kind
         AND EXISTS (SELECT FROM kernel.declared_action d WHERE d.action = q.type AND d.erases)
$$;

CREATE OR REPLACE FUNCTION kernel.erases_subject(q kernel.action_request, p_revision integer, p_type text, p_stream text)
RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT coalesce(kernel.is_erasure(q) AND p_type = q.console || '.' || q.target_kind || '_erasure.carried_out'
                  AND p_stream = q.console || '.' || q.target_kind || '_erasure/' || q.target_id
                  AND kernel.counting_approvals(q.request_id, p_revision) >= 1, false)
$$;

-- Under whose keys stands what people here have said of a record: its own, and those of the files on it and the requests about it.
CREATE OR REPLACE FUNCTION kernel.subjects_of(p_kind text, p_id text) RETURNS TABLE (kind text, id text)
LANGUAGE sql STABLE AS $$
  SELECT p_kind, p_id
  UNION ALL
  SELECT 'evidence', e.evidence_id FROM kernel.evidence e WHERE e.kind = p_kind AND e.id = p_id
  UNION ALL
  SELECT 'request', q.request_id::text FROM kernel.action_request q WHERE q.target_kind = p_kind AND q.target_id = p_id
$$;

CREATE OR REPLACE FUNCTION kernel.erase_subject(q kernel.action_request, p_revision integer) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  subjects CONSTANT text[] := ARRAY(SELECT s.kind || '/' || s.id FROM kernel.subjects_of(q.target_kind, q.target_id) s);
BEGIN
  IF kernel.counting_approvals(q.request_id, p_revision) < 1 THEN
    RAISE EXCEPTION 'personal data is erased by two people' USING ERRCODE = 'restrict_violation';
  END IF;
  -- Whoever holds a file appends to its stream. The keys' own trigger refuses what is held.
  PERFORM FROM kernel.stream
    WHERE stream IN (SELECT 'kernel.evidence/' || e.evidence_id
                       FROM kernel.subjects_of(q.target_kind, q.target_id) s JOIN kernel.evidence e USING (kind, id))
      FOR UPDATE;
  IF EXISTS (SELECT FROM kernel.subjects_of(q.target_kind, q.target_id) s
               JOIN kernel.action_request o ON o.target_kind = s.kind AND o.target_id = s.id
              WHERE o.request_id <> q.request_id AND o.state IN ('pending', 'authorized', 'dispatching', 'outcome_unknown')) THEN
    RAISE EXCEPTION 'something else is open on it' USING ERRCODE = 'CS409', CONSTRAINT = 'requests_open';
  END IF;
  INSERT INTO kernel.subject_erasure (request_id, tenant_id, subject, key_hash)
  SELECT q.request_id, q.tenant_id, erased.subject, sha256(k.wrapped_key)
    FROM unnest(subjects) AS erased (subject) LEFT JOIN kernel.subject_key k USING (subject);
  DELETE FROM kernel.subject_key WHERE subject = ANY (subjects);
  -- What people said of it stands beside the log: the leaves hold commitments, and go on holding. From where and with what
  -- they said it is of them, and stays.
  PERFORM set_config('countersign.audit_routine', 'running', true);
  UPDATE kernel.audit_personal p
     SET "values" = (SELECT coalesce(jsonb_object_agg(v.key, v.value), '{}') FROM jsonb_each(p."values") v
                      WHERE v.key IN ('ip_address', 'user_agent'))
   WHERE p.entry_id IN (SELECT e.entry_id FROM kernel.subjects_of(q.target_kind, q.target_id) s
                          JOIN kernel.audit_entry e ON e.target_id = s.id AND e.target_kind = s.kind);
  PERFORM set_config('countersign.audit_routine', '', true);
END
$$;

-- Whether a file on the record is kept by a legal hold.
CREATE OR REPLACE FUNCTION kernel.is_held(p_kind text, p_id text) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM kernel.evidence_now n
                  WHERE n.kind = p_kind AND n.id = p_id AND n.held AND n.state <> 'removed')
$$;

REVOKE ALL ON FUNCTION kernel.is_erasure(kernel.action_request), kernel.erases_subject(kernel.action_request, integer, text, text),
                       kernel.erase_subject(kernel.action_request, integer), kernel.is_held(text, text),
                       kernel.subjects_of(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.subjects_of(text, text) TO countersign_app;

-- No key goes under a legal hold, whoever deletes it.
CREATE OR REPLACE FUNCTION kernel.check_key_erased() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
BEGIN
  IF kernel.is_held(split_part(OLD.subject, '/', 1), substr(OLD.subject, strpos(OLD.subject, '/') + 1)) THEN
    RAISE EXCEPTION 'a file on % is under a legal hold', OLD.subject USING ERRCODE = 'CS409', CONSTRAINT = 'legal_hold';
  END IF;
  RETURN OLD;
END
$$;
REVOKE ALL ON FUNCTION kernel.check_key_erased() FROM PUBLIC;
DROP TRIGGER IF EXISTS check_key_erased ON kernel.subject_key;
CREATE TRIGGER check_key_erased BEFORE DELETE ON kernel.subject_key
  FOR EACH ROW EXECUTE FUNCTION kernel.check_key_erased();
ALTER TABLE kernel.subject_key ENABLE ALWAYS TRIGGER check_key_erased;
