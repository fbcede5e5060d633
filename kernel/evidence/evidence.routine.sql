-- Evidence: attached by people, scanned again and let go by the worker. Each step is its row, its audit entry and the event
-- that puts it on the record's timeline, in one transaction.

-- {tenant_id, correlation_id, idempotency, evidence: {evidence_id, kind, id, attached_by, name: {shown, sealed}, type, bytes,
-- sha256, stored_sha256, retention_class, retention_months}, scan: {verdict, detail}, audit: [entry]}. The file lies in its
-- place already: there is no row without one. Answers as kernel.write_parts.
CREATE OR REPLACE FUNCTION kernel.attach_evidence(p jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  e       jsonb       := p -> 'evidence';
  tenant  text        := p ->> 'tenant_id';
  now_at  timestamptz := clock_timestamp();
  written jsonb;
BEGIN
  PERFORM kernel.check_evidence_entry(p, 'kernel.attach_evidence', e ->> 'attached_by', e ->> 'kind', e ->> 'id',
    (e - ARRAY['evidence_id', 'kind', 'id', 'attached_by', 'name', 'retention_months'])
    || jsonb_build_object('evidence', e -> 'evidence_id', 'scan', p #> '{scan,verdict}'));
  IF p #>> '{scan,verdict}' = 'infected' THEN
    RAISE EXCEPTION 'an infected file is not attached' USING ERRCODE = 'restrict_violation';
  END IF;
  written := kernel.write_parts(jsonb_build_object('tenant_id', tenant, 'idempotency', p -> 'idempotency',
                                                   'events', '[]'::jsonb, 'audit', p -> 'audit'), true);
  IF written ->> 'result' = 'replay' THEN
    RETURN written;
  END IF;
  INSERT INTO kernel.evidence (evidence_id, tenant_id, kind, id, attached_by, name, type, bytes, sha256, stored_sha256,
                               retention_class, keep_until, at)
  VALUES (e ->> 'evidence_id', tenant, e ->> 'kind', e ->> 'id', e ->> 'attached_by', e -> 'name', e ->> 'type',
          (e ->> 'bytes')::bigint, e ->> 'sha256', e ->> 'stored_sha256', e ->> 'retention_class',
          now_at + make_interval(months => (e ->> 'retention_months')::integer), now_at);
  INSERT INTO kernel.evidence_scan (evidence_id, step, tenant_id, verdict, detail, at)
  VALUES (e ->> 'evidence_id', 1, tenant, p #>> '{scan,verdict}', p #>> '{scan,detail}', now_at);
  PERFORM kernel.append_evidence_event(e ->> 'evidence_id', 'attached', e ->> 'attached_by', p ->> 'correlation_id');
  RETURN written;
END
$$;

-- A quarantined file was scanned again: {evidence_id, tenant_id, scan: {verdict, detail}, audit: [entry]}. By the worker.
CREATE OR REPLACE FUNCTION kernel.settle_evidence_scan(p jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  v_now   kernel.evidence_now;
  written jsonb;
BEGIN
  v_now := kernel.lock_evidence(p ->> 'evidence_id');
  IF v_now.state <> 'quarantined' OR v_now.verdict <> 'unavailable'
     OR coalesce(p #>> '{scan,verdict}', '') NOT IN ('clean', 'infected') THEN
    RAISE EXCEPTION '% does not wait for a scan', p ->> 'evidence_id' USING ERRCODE = 'CS409', CONSTRAINT = 'not_quarantined';
  END IF;
  PERFORM kernel.check_evidence_entry(p, 'kernel.scan_evidence', 'system:evidence', v_now.kind, v_now.id,
    jsonb_build_object('evidence', v_now.evidence_id, 'sha256', v_now.sha256, 'scan', p #> '{scan,verdict}'));
  written := kernel.write_parts(jsonb_build_object('tenant_id', v_now.tenant_id, 'events', '[]'::jsonb,
                                                   'audit', p -> 'audit'), false);
  INSERT INTO kernel.evidence_scan (evidence_id, step, tenant_id, verdict, detail)
  VALUES (v_now.evidence_id, v_now.scans + 1, v_now.tenant_id, p #>> '{scan,verdict}', p #>> '{scan,detail}');
  PERFORM kernel.append_evidence_event(v_now.evidence_id, 'scanned', 'system:evidence', NULL);
  RETURN written;
END
$$;

-- A file past its term goes: {evidence_id, audit: [entry]}. Its row, its checksum and this word of it stay. Not before the
-- term, and not under a legal hold, whoever asks. By the worker, which then deletes the file.
CREATE OR REPLACE FUNCTION kernel.remove_evidence(p jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  v_now   kernel.evidence_now;
  written jsonb;
BEGIN
  v_now := kernel.lock_evidence(p ->> 'evidence_id');
  IF v_now.state = 'removed' OR v_now.held OR v_now.keep_until > clock_timestamp() THEN
    RAISE EXCEPTION '% is to be kept', p ->> 'evidence_id' USING ERRCODE = 'CS409', CONSTRAINT = 'kept';
  END IF;
  PERFORM kernel.check_evidence_entry(p, 'kernel.remove_evidence', 'system:evidence', v_now.kind, v_now.id,
    jsonb_build_object('evidence', v_now.evidence_id, 'sha256', v_now.sha256,
                       'retention_class', v_now.retention_class));
  written := kernel.write_parts(jsonb_build_object('tenant_id', v_now.tenant_id, 'events', '[]'::jsonb,
                                                   'audit', p -> 'audit'), false);
  INSERT INTO kernel.evidence_removal (evidence_id, tenant_id) VALUES (v_now.evidence_id, v_now.tenant_id);
  PERFORM kernel.append_evidence_event(v_now.evidence_id, 'removed', 'system:evidence', NULL);
  RETURN written;
END
$$;

-- Evidence as it is now, while nobody else can hold, release, scan or remove it: all of them append to its stream.
CREATE OR REPLACE FUNCTION kernel.lock_evidence(p_evidence text) RETURNS kernel.evidence_now
LANGUAGE plpgsql AS $$
DECLARE
  found_now kernel.evidence_now;
BEGIN
  PERFORM FROM kernel.stream WHERE stream = 'kernel.evidence/' || p_evidence FOR UPDATE;
  SELECT * INTO STRICT found_now FROM kernel.evidence_now WHERE evidence_id = p_evidence;
  RETURN found_now;
END
$$;

-- There is one entry, and it says this.
CREATE OR REPLACE FUNCTION kernel.check_evidence_entry(p jsonb, p_action text, p_actor text, p_kind text, p_id text,
                                                       p_detail jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  fact jsonb := (p #>> '{audit,0,canonical}')::jsonb;
BEGIN
  IF jsonb_array_length(p -> 'audit') IS DISTINCT FROM 1 OR fact ->> 'tenant_id' IS DISTINCT FROM p ->> 'tenant_id'
     OR NOT coalesce(fact @> jsonb_build_object(
          'action', p_action, 'actor', jsonb_build_object('id', p_actor),
          'target', jsonb_build_object('kind', p_kind, 'id', p_id), 'detail', p_detail), false) THEN
    RAISE EXCEPTION 'what happens to evidence and what is recorded of it differ (%)', p_action
      USING ERRCODE = 'restrict_violation';
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION kernel.append_evidence_event(p_evidence text, p_what text, p_actor text, p_correlation text)
RETURNS void
LANGUAGE sql AS $$
  SELECT kernel.append_events(jsonb_build_array(jsonb_build_object(
           'event_id', gen_random_uuid(), 'tenant_id', n.tenant_id, 'stream', 'kernel.evidence/' || n.evidence_id,
           'type', 'kernel.evidence.' || p_what, 'schema_version', 1, 'source', 'countersign', 'actor_id', p_actor,
           -- Who hears of a request is decided by the request.
           'request_id', CASE WHEN n.kind = 'request' THEN n.id END,
           'correlation_id', p_correlation,
           'refs', jsonb_build_array(n.kind || '/' || n.id, 'evidence/' || n.evidence_id),
           'payload', jsonb_build_object('evidence', n.evidence_id, 'state', n.state), 'occurred_at', clock_timestamp())))
    FROM kernel.evidence_now n WHERE n.evidence_id = p_evidence
$$;

REVOKE ALL ON FUNCTION kernel.attach_evidence(jsonb), kernel.settle_evidence_scan(jsonb), kernel.remove_evidence(jsonb),
                       kernel.lock_evidence(text), kernel.append_evidence_event(text, text, text, text),
                       kernel.check_evidence_entry(jsonb, text, text, text, text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.attach_evidence(jsonb) TO countersign_app;
GRANT EXECUTE ON FUNCTION kernel.settle_evidence_scan(jsonb), kernel.remove_evidence(jsonb) TO countersign_dispatcher;
