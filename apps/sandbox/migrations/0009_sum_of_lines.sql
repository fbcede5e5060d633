-- Whoever is told that a statement does not add up sees what its lines come to.
ALTER TABLE recon.statement ADD COLUMN booked_minor bigint;

CREATE OR REPLACE FUNCTION recon.statement_json(s recon.statement) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'id', s.id, 'version', s.version, 'bank_id', s.bank_id, 'account', s.account, 'currency', s.currency,
    'opening', platform.money(s.opening_minor, s.currency),
    'booked', platform.money(s.booked_minor, s.currency),
    'closing', platform.money(s.closing_minor, s.currency),
    'from', s.from_date::text, 'to', s.to_date::text, 'state', s.state, 'reason', s.reason,
    'lines', s.lines, 'file_id', s.file_id, 'imported_at', platform.instant(s.imported_at)))
$$;
