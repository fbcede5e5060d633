-- Alerts that one write causes are part of it: whichever routine wrote the row.

-- A security event of severity HIGH or above. Its key holds who caused it, so that one person's many attempts are one
-- alert while nobody has seen to it; what is shown is what happened and the entry, which says the rest to those who may
-- read it.
CREATE OR REPLACE FUNCTION kernel.alert_of_security_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
BEGIN
  PERFORM kernel.raise_alert('kernel.security_event', coalesce(NEW.event_sub_type, NEW.kind) || '/' || NEW.actor_id,
    'audit', jsonb_build_object('event', coalesce(NEW.event_sub_type, NEW.kind), 'severity', NEW.severity,
                                'entry', NEW.entry_id), false, NEW.tenant_id);
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

REVOKE ALL ON FUNCTION kernel.alert_of_security_event(), kernel.alert_of_unknown_outcome(), kernel.alert_of_audit_halt()
  FROM PUBLIC;
