-- While the audit log may not be believed nothing leaves: what would be recorded of it might not last.
CREATE FUNCTION kernel.audit_is_halted() RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT halted FROM kernel.audit_halt ORDER BY position DESC LIMIT 1), false)
$$;
REVOKE ALL ON FUNCTION kernel.audit_is_halted() FROM PUBLIC;
