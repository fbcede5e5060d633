-- A value is changed by the event that tells of it, in one transaction; the two governed actions append such events and nothing else
-- does (kernel.check_events). FORBIDDEN: what is financial is changed by none, whoever wrote the event.
CREATE OR REPLACE FUNCTION platform.apply_config_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  held platform.system_config;
  code text;
BEGIN
  IF NEW.source <> 'countersign' OR NEW.request_id IS NULL THEN
    RAISE EXCEPTION 'a value is changed by a request alone' USING ERRCODE = 'restrict_violation';
  END IF;
  SELECT * INTO held FROM platform.system_config
   WHERE config_key = substr(NEW.stream, length('platform.config/') + 1) FOR UPDATE;
  IF held.id IS NULL OR held.is_financial THEN
    RAISE EXCEPTION 'operations change no financial configuration' USING ERRCODE = 'CS403', CONSTRAINT = 'financial_config';
  END IF;
  IF (NEW.payload ->> 'version')::integer IS DISTINCT FROM held.version + 1 THEN
    RAISE EXCEPTION 'stream % has moved on', NEW.stream USING ERRCODE = 'CS409', CONSTRAINT = 'stream_moved_on';
  END IF;
  SELECT v.reason_code INTO code FROM kernel.action_request q
    JOIN kernel.action_revision v ON (v.request_id, v.revision) = (q.request_id, q.revision)
   WHERE q.request_id = NEW.request_id;
  UPDATE platform.system_config
     SET config_value = NEW.payload -> 'value', version = held.version + 1, updated_by = NEW.actor_id,
         updated_at = clock_timestamp()
   WHERE id = held.id;
  INSERT INTO platform.config_history (config_id, config_key, version, old_value, new_value, schema_version, rolled_back_to,
                                       changed_by, change_reason, request_id)
  VALUES (held.id, held.config_key, held.version + 1, held.config_value, NEW.payload -> 'value',
          (NEW.payload ->> 'schema_version')::integer, (NEW.payload ->> 'rolled_back_to')::integer,
          NEW.actor_id, code, NEW.request_id);
  RETURN NULL;
END
$$;

-- Whether there is such a key and it is financial: nothing else of it is told.
CREATE OR REPLACE FUNCTION platform.is_financial_config(p_key text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  SELECT EXISTS (SELECT FROM platform.system_config WHERE config_key = p_key AND is_financial)
$$;

-- Whether a feature is there for a subject (a merchant, a customer). Where it is rolled out to a share, the subject's place is the
-- same for every share: who has it at 10 % has it at 20 %. False where there is no such flag.
CREATE OR REPLACE FUNCTION platform.has_feature(p_flag text, p_subject text) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT coalesce((
    SELECT CASE jsonb_typeof(c.config_value)
             WHEN 'boolean' THEN c.config_value::boolean
             ELSE (c.config_value ->> 'enabled')::boolean
                  AND ('x' || encode(substr(sha256(convert_to(p_flag || E'\n' || p_subject, 'UTF8')), 1, 4), 'hex'))::bit(32)::bigint
                      * 100 < (c.config_value ->> 'percent')::numeric * 4294967296
           END
      FROM platform.system_config c WHERE c.config_key = p_flag AND c.category = 'feature_flags'), false)
$$;

REVOKE ALL ON FUNCTION platform.apply_config_event(), platform.is_financial_config(text), platform.has_feature(text, text)
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform.is_financial_config(text) TO countersign_app;
GRANT EXECUTE ON FUNCTION platform.has_feature(text, text) TO countersign_app, countersign_auditor;
