-- What an audit entry is written as, and the two ways of writing one. Entries: [{"canonical": text, "personal":
-- {path: {"salt": base64, "value": text}}}, …], as kernel/audit/audit-entry.ts makes them.

-- RFC 8785 text of a JSON value that was read from such text: what comes out differs where the text was not canonical.
-- Numbers as ECMAScript writes them (RFC 8785 §3.2.2.3), in the shortest form whatever the session asks for; members in the order of
-- their UTF-16 code units (§3.2.3).
CREATE OR REPLACE FUNCTION kernel.canonical_json(p jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, kernel, pg_temp SET extra_float_digits = 1 AS $$
DECLARE
  float text;
BEGIN
  CASE jsonb_typeof(p)
    WHEN 'object' THEN
      -- Beyond U+FFFF, UTF-16 begins with a surrogate, so before U+E000: here U+D7FF, which nothing uses, is put before.
      RETURN '{' || coalesce((
        SELECT string_agg(to_json(key)::text || ':' || kernel.canonical_json(value), ','
                          ORDER BY regexp_replace(key, '([\U00010000-\U0010FFFF])', U&'\D7FF' || '\1', 'g') COLLATE "C")
          FROM jsonb_each(p)), '') || '}';
    WHEN 'array' THEN
      RETURN '[' || coalesce((
        SELECT string_agg(kernel.canonical_json(value), ',' ORDER BY place)
          FROM jsonb_array_elements(p) WITH ORDINALITY AS item (value, place)), '') || ']';
    WHEN 'number' THEN
      float := (p #>> '{}')::double precision::text;
      RETURN CASE WHEN abs(float::numeric) BETWEEN 1e-6 AND 999999999999999999999 OR float::numeric = 0
                  THEN trim_scale(float::numeric)::text
                  ELSE regexp_replace(float, 'e([+-])0', 'e\1') END;
    ELSE
      RETURN p::text;
  END CASE;
END
$$;

-- Inserts entries: inside the transaction of what they record, by the kernel's own routines alone. An entry whose text
-- is not, byte for byte, how an entry that says this is written (known members, each once, in their order), or whose
-- personal values do not open exactly the commitments in it, is refused: it could never be taken out again, and every
-- verification after would come upon it.
--
-- Every queryable column is read out of the canonical text here, so that a column cannot say what the leaf does not.
-- Takes no lock that another writer would wait for: the sequencer gives the entry its place in the log later.
CREATE OR REPLACE FUNCTION kernel.insert_audit(p_entries jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_text      text;
  fact        jsonb;
  personal    jsonb;
  v_canonical bytea;
  v_leaf      bytea;
  v_seq       bigint;
BEGIN
  PERFORM set_config('countersign.audit_routine', 'running', true);
  -- One after the other: an action leaves one or two, and plain statements cost less than one over a set.
  FOR nth IN 0 .. jsonb_array_length(p_entries) - 1 LOOP
    v_text := p_entries -> nth ->> 'canonical';
    fact := v_text::jsonb;
    personal := p_entries -> nth -> 'personal';
    -- How an entry that says this is written, beside how this one is.
    IF (v_text IS DISTINCT FROM '{' || concat_ws(',',
            '"action":' || to_json(fact->>'action'),
            '"action_request_id":' || to_json((fact->>'action_request_id')::uuid),
            '"actor":{"id":' || to_json(fact#>>'{actor,id}') || ',"roles":'
              || to_json(ARRAY(SELECT jsonb_array_elements_text(fact#>'{actor,roles}'))) || '}',
            '"at":' || to_json(kernel.rfc3339((fact->>'at')::timestamptz)),
            '"detail":' || CASE WHEN jsonb_typeof(fact->'detail') = 'object' THEN kernel.canonical_json(fact->'detail') END,
            '"event_sub_type":' || to_json(fact->>'event_sub_type'),
            '"id":' || to_json((fact->>'id')::uuid),
            '"ip_address":{"commitment":' || to_json(fact#>>'{ip_address,commitment}') || '}',
            '"kind":' || to_json(fact->>'kind'),
            '"outcome":' || to_json(fact->>'outcome'),
            '"personal":{' || CASE WHEN fact ? 'personal' THEN (
                SELECT string_agg(to_json(key) || ':{"commitment":' || to_json(value->>'commitment') || '}', ','
                                  ORDER BY key COLLATE "C") FROM jsonb_each(fact->'personal')) END || '}',
            '"reason":{"code":' || to_json(fact#>>'{reason,code}')
              || coalesce(',"note":{"commitment":' || to_json(fact#>>'{reason,note,commitment}') || '}', '') || '}',
            '"request_id":' || to_json(fact->>'request_id'),
            '"severity":' || to_json(fact->>'severity'),
            '"target":{"id":' || to_json(fact#>>'{target,id}') || ',"kind":' || to_json(fact#>>'{target,kind}') || '}',
            '"tenant_id":' || to_json(fact->>'tenant_id'),
            '"transition":{"from":' || coalesce(to_json(fact#>>'{transition,from}')::text, 'null') || ',"revision":'
              || (fact#>>'{transition,revision}')::integer || ',"to":' || to_json(fact#>>'{transition,to}') || '}',
            '"user_agent":{"commitment":' || to_json(fact#>>'{user_agent,commitment}') || '}',
            '"v":1') || '}'
       OR coalesce((
            SELECT jsonb_object_agg(path, CASE
                     WHEN length(kept->>'salt') = 24 AND octet_length(decode(kept->>'salt', 'base64')) = 16
                          AND kept = jsonb_build_object('salt', kept->>'salt', 'value', kept->>'value')
                     THEN encode(sha256(decode(kept->>'salt', 'base64') || convert_to(kept->>'value', 'UTF8')),
                                 'base64') END)
              FROM jsonb_each(personal) AS each (path, kept)), '{}')
          IS DISTINCT FROM jsonb_strip_nulls(jsonb_build_object(
            'reason.note', fact#>'{reason,note,commitment}', 'ip_address', fact#>'{ip_address,commitment}',
            'user_agent', fact#>'{user_agent,commitment}')) || CASE WHEN fact ? 'personal' THEN (
              SELECT jsonb_object_agg('personal.' || key, value->'commitment') FROM jsonb_each(fact->'personal'))
              ELSE '{}' END)
       OR fact#>>'{actor,id}' = '' OR fact#>'{actor,roles}' @> '[null]' OR fact#>'{actor,roles}' @> '[""]' THEN
      RAISE EXCEPTION 'the audit entry % is not written as an entry is', fact->>'id' USING ERRCODE = 'check_violation';
    END IF;
    -- Entries are listed by their time; one far ahead would stand before all others for ever.
    IF (fact->>'at')::timestamptz NOT BETWEEN '2000-01-01Z' AND clock_timestamp() + interval '1 day' THEN
      RAISE EXCEPTION 'the audit entry % is of no time at which it can have been written', fact->>'id'
        USING ERRCODE = 'check_violation';
    END IF;
    v_canonical := convert_to(v_text, 'UTF8');
    -- RFC 6962 §2.1: a leaf is hashed behind a zero byte.
    v_leaf := sha256('\x00'::bytea || v_canonical);
    v_seq := nextval('kernel.audit_seq');
    INSERT INTO kernel.audit_entry (
      seq, entry_id, at, format_version, kind, actor_id, outcome, leaf_hash, canonical, actor_roles, tenant_id,
      event_sub_type, severity, action, target_kind, target_id, reason_code, action_request_id, transition_from,
      transition_to, transition_revision, http_request_id)
    VALUES (v_seq, (fact->>'id')::uuid, (fact->>'at')::timestamptz, (fact->>'v')::smallint, fact->>'kind',
            fact->'actor'->>'id', fact->>'outcome', v_leaf, v_canonical,
            ARRAY(SELECT jsonb_array_elements_text(fact->'actor'->'roles')), fact->>'tenant_id',
            fact->>'event_sub_type', fact->>'severity', fact->>'action', fact->'target'->>'kind',
            fact->'target'->>'id', fact->'reason'->>'code', (fact->>'action_request_id')::uuid,
            fact->'transition'->>'from', fact->'transition'->>'to', (fact->'transition'->>'revision')::integer,
            fact->>'request_id');
    IF personal <> '{}' THEN
      INSERT INTO kernel.audit_personal (entry_id, tenant_id, "values")
      VALUES ((fact->>'id')::uuid, fact->>'tenant_id', personal);
    END IF;
    INSERT INTO kernel.audit_pending (seq, entry_id, leaf_hash) VALUES (v_seq, (fact->>'id')::uuid, v_leaf);
  END LOOP;
  PERFORM set_config('countersign.audit_routine', '', true);
END
$$;

-- Appends entries of what is no step of a request and no action; those are written by kernel.commit_write and
-- kernel.commit_outcome, together with what they record. Only the server writes of what people do: no other process has
-- a call that takes an entry of its own wording.
CREATE OR REPLACE FUNCTION kernel.append_audit(p_entries jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM jsonb_array_elements(p_entries) AS entry
              WHERE NOT coalesce(kernel.stands_alone((entry->>'canonical')::jsonb), false)
                 OR (entry->>'canonical')::jsonb->>'kind' = 'action') THEN
    RAISE EXCEPTION 'what is done, and what happens to a request, is recorded with it' USING ERRCODE = 'restrict_violation';
  END IF;
  PERFORM kernel.insert_audit(p_entries);
END
$$;
REVOKE ALL ON FUNCTION kernel.insert_audit(jsonb), kernel.append_audit(jsonb) FROM PUBLIC;
REVOKE ALL ON FUNCTION kernel.append_audit(jsonb) FROM countersign_dispatcher, countersign_sequencer, countersign_signer;
GRANT EXECUTE ON FUNCTION kernel.append_audit(jsonb) TO countersign_app;
