-- Alerts that one write causes are part of it: whichever routine wrote the row.

-- A security event of severity HIGH or above. Its key holds who caused it, so that one person's many attempts are one
-- alert while nobody has seen to it; what is shown is what happened and the entry, which says the rest to those who may
-- read it. It is about whoever caused any of them, and where accounts came to be taken for one, about all of those.
CREATE OR REPLACE FUNCTION kernel.alert_of_security_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  event    CONSTANT text := coalesce(NEW.event_sub_type, NEW.kind);
  involved text[] := ARRAY[NEW.actor_id];
BEGIN
  IF event = 'ACCOUNTS_JOINED' THEN
    involved := involved || ARRAY(
      SELECT jsonb_array_elements_text(convert_from(NEW.canonical, 'UTF8')::jsonb #> '{detail,with}'));
  END IF;
  PERFORM kernel.raise_alert('kernel.security_event', event || '/' || NEW.actor_id, 'audit',
    jsonb_build_object('event', event, 'severity', NEW.severity, 'entry', NEW.entry_id), false, NEW.tenant_id);
  UPDATE kernel.alert SET about = ARRAY(SELECT unnest(about) UNION SELECT unnest(involved) ORDER BY 1)
   WHERE kind = 'kernel.security_event' AND dedupe_key = event || '/' || NEW.actor_id AND resolved_at IS NULL
     AND NOT about @> involved;
  RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER alert_of_security_event AFTER INSERT ON kernel.audit_entry
  FOR EACH ROW WHEN (NEW.severity IN ('HIGH', 'CRITICAL')) EXECUTE FUNCTION kernel.alert_of_security_event();

-- Nobody knows what came of an effect, until it is known.
CREATE OR REPLACE FUNCTION kernel.alert_of_unknown_outcome() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
BEGIN
  IF NEW.to_state = 'outcome_unknown' THEN
    PERFORM kernel.raise_alert('kernel.outcome_unknown', NEW.request_id::text, q.console,
      jsonb_build_object('action', q.type, 'subject_kind', 'request', 'subject_id', q.request_id), true, q.tenant_id)
       FROM kernel.action_request q WHERE q.request_id = NEW.request_id;
  ELSE
    PERFORM kernel.resolve_alert('kernel.outcome_unknown', NEW.request_id::text);
  END IF;
  RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER alert_of_unknown_outcome AFTER INSERT ON kernel.action_transition
  FOR EACH ROW WHEN (NEW.to_state = 'outcome_unknown' OR NEW.from_state = 'outcome_unknown')
  EXECUTE FUNCTION kernel.alert_of_unknown_outcome();

-- An action that is in force before anybody has agreed, and one that was carried out without: told at once.
CREATE OR REPLACE FUNCTION kernel.alert_before_approval() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
BEGIN
  IF TG_TABLE_NAME = 'emergency' THEN
    PERFORM kernel.raise_alert('kernel.emergency_in_force', a.request_id::text, a.console, a.facts, true, a.tenant_id)
       FROM kernel.emergency_alert(NEW.request_id) AS a;
  ELSIF TG_TABLE_NAME = 'emergency_end' THEN
    PERFORM kernel.resolve_alert('kernel.emergency_in_force', NEW.request_id::text);
  ELSE
    PERFORM kernel.raise_alert('kernel.break_glass_used', a.request_id::text, a.console, a.facts, true, a.tenant_id)
       FROM kernel.break_glass_alert(NEW.request_id) AS a;
  END IF;
  RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER alert_before_approval AFTER INSERT ON kernel.emergency
  FOR EACH ROW EXECUTE FUNCTION kernel.alert_before_approval();
CREATE OR REPLACE TRIGGER alert_before_approval AFTER INSERT ON kernel.emergency_end
  FOR EACH ROW EXECUTE FUNCTION kernel.alert_before_approval();
CREATE OR REPLACE TRIGGER alert_before_approval AFTER INSERT ON kernel.break_glass
  FOR EACH ROW EXECUTE FUNCTION kernel.alert_before_approval();

-- The signer refuses to sign, or signs again.
CREATE OR REPLACE FUNCTION kernel.alert_of_audit_halt() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
BEGIN
  IF NEW.halted THEN
    PERFORM kernel.raise_alert('kernel.audit_halted', 'audit_log', 'kernel',
      jsonb_build_object('code', NEW.code, 'subject_kind', 'audit_log', 'subject_id', 'main'), true, NULL);
  ELSE
    PERFORM kernel.resolve_alert('kernel.audit_halted', 'audit_log');
  END IF;
  RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER alert_of_audit_halt AFTER INSERT ON kernel.audit_halt
  FOR EACH ROW EXECUTE FUNCTION kernel.alert_of_audit_halt();

REVOKE ALL ON FUNCTION kernel.alert_of_security_event(), kernel.alert_of_unknown_outcome(), kernel.alert_of_audit_halt(),
                       kernel.alert_before_approval() FROM PUBLIC;
