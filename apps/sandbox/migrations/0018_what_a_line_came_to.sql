-- An expected line is known by its transfer, or by its posting where that reverses one.
CREATE FUNCTION recon.partner_id(e recon.expected_line) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT jsonb_build_object('id', CASE WHEN e.reversal THEN e.posting_id ELSE coalesce(e.transfer_id, e.posting_id) END,
                            'kind', CASE WHEN e.reversal OR e.transfer_id IS NULL THEN 'posting' ELSE 'transfer' END)
$$;

-- Whoever decides about what is left over of a line sees of which line, and what was assigned of that by whom.
CREATE FUNCTION recon.origin_json(e recon.exception) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  WITH RECURSIVE above AS (
    SELECT x.id, x.residual_of, x.amount_minor FROM recon.exception x WHERE x.id = e.residual_of
    UNION ALL
    SELECT x.id, x.residual_of, x.amount_minor FROM above JOIN recon.exception x ON x.id = above.residual_of)
  SELECT jsonb_build_object(
    'id', line.id, 'amount', platform.money(line.amount_minor, e.currency),
    'assigned', coalesce((
      SELECT jsonb_agg(jsonb_build_object('exception_id', b.exception_id, 'id', b.partner ->> 'id', 'kind', b.partner ->> 'kind',
                                          'amount', platform.money(b.amount_minor, e.currency), 'by', b.bound_by,
                                          'at', platform.instant(b.bound_at)) ORDER BY b.bound_at DESC, b.posting_id)
      FROM (SELECT bound.*, recon.partner_id(x) AS partner
            FROM above JOIN recon.binding bound ON bound.exception_id = above.id
            JOIN recon.expected_line x USING (posting_id)
            ORDER BY bound.bound_at DESC, bound.posting_id LIMIT 50) b), '[]'::jsonb))
  FROM above line WHERE line.residual_of IS NULL
$$;

CREATE OR REPLACE FUNCTION recon.exception_json(e recon.exception) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'id', e.id, 'version', e.version, 'kind', e.kind, 'side', e.side,
    'amount', platform.money(e.amount_minor, e.currency), 'date', e.date::text,
    'reference', e.reference, 'description', e.description, 'counterparty', e.counterparty, 'account', e.account,
    'state', e.state, 'statement_id', e.statement_id, 'line', e.line, 'posting_id', e.posting_id,
    'candidates', e.candidates, 'raised_at', platform.instant(e.raised_at),
    'residual_of', e.residual_of, 'origin', CASE WHEN e.residual_of IS NOT NULL THEN recon.origin_json(e) END,
    'settled_by', e.settled_by, 'settled_at', platform.instant(e.settled_at),
    'residual', (SELECT jsonb_build_object('id', r.id, 'amount', platform.money(r.amount_minor, r.currency), 'state', r.state)
                 FROM recon.exception r WHERE r.residual_of = e.id AND r.state <> 'withdrawn'),
    'parts', (SELECT jsonb_agg(jsonb_build_object(
                'posting_id', x.posting_id, 'amount', platform.money(b.amount_minor, e.currency))
                || recon.partner_id(x) ORDER BY x.posting_id)
              FROM recon.binding b JOIN recon.expected_line x USING (posting_id) WHERE b.exception_id = e.id),
    'write_off', (SELECT jsonb_build_object('posting_id', e.write_off_posting, 'account', l.account, 'account_name', a.name)
                  FROM ledger.posting_line l JOIN ledger.account a ON a.number = l.account
                  WHERE l.posting_id = e.write_off_posting AND l.account LIKE '59%')))
$$;

-- What people assigned of a statement's lines, for its page.
CREATE INDEX exception_of_line ON recon.exception (statement_id, line) WHERE statement_id IS NOT NULL;
