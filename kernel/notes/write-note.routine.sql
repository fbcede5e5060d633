-- A note on a record, with whom it mentions: the row, its audit entry, the event that puts it on the record's timeline
-- and one for each person mentioned, and the answer kept for the key; in one transaction.
--
-- {tenant_id, correlation_id, idempotency, note: {note_id, kind, id, author_id, text: {shown, sealed}, corrects, mentions:
-- [person_id]}, audit: [entry]}. Answers as kernel.write_parts.
CREATE OR REPLACE FUNCTION kernel.write_note(p jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  note    jsonb       := p -> 'note';
  v_note  uuid        := (note ->> 'note_id')::uuid;
  tenant  text        := p ->> 'tenant_id';
  now_at  timestamptz := clock_timestamp();
  fact    jsonb       := (p #>> '{audit,0,canonical}')::jsonb;
  written jsonb;
BEGIN
  IF jsonb_array_length(p -> 'audit') IS DISTINCT FROM 1 OR fact ->> 'tenant_id' IS DISTINCT FROM tenant
     OR NOT coalesce(fact @> jsonb_build_object(
          'kind', 'action', 'action', 'kernel.write_note', 'outcome', 'executed',
          'actor', jsonb_build_object('id', note -> 'author_id'),
          'target', jsonb_build_object('kind', note -> 'kind', 'id', note -> 'id'),
          'detail', jsonb_strip_nulls(jsonb_build_object(
            'note', v_note, 'corrects', note -> 'corrects', 'mentions', note -> 'mentions',
            'sealed_sha256', encode(sha256(convert_to(note #>> '{text,sealed}', 'UTF8')), 'hex')))), false) THEN
    RAISE EXCEPTION 'the note % and what is recorded of it differ', v_note USING ERRCODE = 'restrict_violation';
  END IF;
  IF note ->> 'corrects' IS NOT NULL AND NOT EXISTS (
       SELECT FROM kernel.note n
        WHERE n.note_id = (note ->> 'corrects')::uuid AND n.kind = note ->> 'kind' AND n.id = note ->> 'id') THEN
    RAISE EXCEPTION 'a note corrects one on the same record' USING ERRCODE = 'restrict_violation';
  END IF;

  written := kernel.write_parts(jsonb_build_object('tenant_id', tenant, 'idempotency', p -> 'idempotency',
                                                   'events', '[]'::jsonb, 'audit', p -> 'audit'), true);
  IF written ->> 'result' = 'replay' THEN
    RETURN written;
  END IF;

  INSERT INTO kernel.note (note_id, tenant_id, kind, id, author_id, text, corrects, at)
  VALUES (v_note, tenant, note ->> 'kind', note ->> 'id', note ->> 'author_id', note -> 'text',
          (note ->> 'corrects')::uuid, now_at);
  INSERT INTO kernel.mention (note_id, person_id, tenant_id, at)
  SELECT v_note, person_id, tenant, now_at FROM jsonb_array_elements_text(note -> 'mentions') AS person_id;

  PERFORM kernel.append_events(jsonb_build_array(jsonb_build_object(
      'event_id', gen_random_uuid(), 'tenant_id', tenant, 'stream', 'kernel.note/' || v_note,
      'type', CASE WHEN note ->> 'corrects' IS NULL THEN 'kernel.note.written' ELSE 'kernel.note.corrected' END,
      'schema_version', 1, 'source', 'countersign', 'actor_id', note ->> 'author_id',
      -- Who hears of a request is decided by the request.
      'request_id', CASE WHEN note ->> 'kind' = 'request' THEN note ->> 'id' END,
      'correlation_id', p ->> 'correlation_id', 'refs', jsonb_build_array((note ->> 'kind') || '/' || (note ->> 'id')),
      'payload', jsonb_build_object('note', v_note), 'occurred_at', now_at))
    || coalesce((SELECT jsonb_agg(jsonb_build_object(
         'event_id', gen_random_uuid(), 'tenant_id', tenant, 'stream', 'kernel.mentions/' || person_id,
         'type', 'kernel.mentions.added', 'schema_version', 1, 'source', 'countersign',
         'actor_id', note ->> 'author_id', 'correlation_id', p ->> 'correlation_id',
         'refs', jsonb_build_array('mentions/' || person_id), 'payload', jsonb_build_object('note', v_note),
         'occurred_at', now_at))
        FROM jsonb_array_elements_text(note -> 'mentions') AS person_id), '[]'));
  RETURN written;
END
$$;

-- Somebody has seen that they were mentioned. Answers when, the first time; null where they were not mentioned there.
CREATE OR REPLACE FUNCTION kernel.read_mention(p_note uuid, p_person text) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
BEGIN
  INSERT INTO kernel.mention_read (note_id, person_id, tenant_id)
  SELECT note_id, person_id, tenant_id FROM kernel.mention WHERE note_id = p_note AND person_id = p_person
  ON CONFLICT DO NOTHING;
  RETURN (SELECT at FROM kernel.mention_read WHERE note_id = p_note AND person_id = p_person);
END
$$;
REVOKE ALL ON FUNCTION kernel.write_note(jsonb), kernel.read_mention(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.write_note(jsonb), kernel.read_mention(uuid, text) TO countersign_app;
