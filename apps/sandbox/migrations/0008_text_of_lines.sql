-- A line without a reference is still one that a person has to understand: its exception shows the bank's text.
ALTER TABLE recon.exception ADD COLUMN description text;

CREATE OR REPLACE FUNCTION recon.exception_json(e recon.exception) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'id', e.id, 'version', e.version, 'kind', e.kind, 'side', e.side,
    'amount', platform.money(e.amount_minor, e.currency), 'date', e.date::text,
    'reference', e.reference, 'description', e.description, 'counterparty', e.counterparty, 'account', e.account,
    'state', e.state, 'statement_id', e.statement_id, 'line', e.line, 'posting_id', e.posting_id,
    'candidates', e.candidates, 'raised_at', platform.instant(e.raised_at)))
$$;
