-- What people bind: a line to what the ledger made us expect, wholly or in part.
ALTER TABLE recon.expected_line
  ADD COLUMN bound_minor bigint NOT NULL DEFAULT 0,
  ADD COLUMN open_minor bigint GENERATED ALWAYS AS (CASE WHEN matched THEN 0 ELSE amount_minor - bound_minor END) STORED,
  ADD CHECK (bound_minor BETWEEN 0 AND amount_minor);
DROP INDEX recon.expected_open;
CREATE INDEX expected_open ON recon.expected_line (currency, side, open_minor, date) WHERE NOT matched;
CREATE INDEX expected_by_transfer ON recon.expected_line (transfer_id);
CREATE INDEX expected_by_reference ON recon.expected_line (reference_key text_pattern_ops) WHERE NOT matched;

-- What was left over of an exception is one of its own, of the same line. It is withdrawn with the assignment that left it.
ALTER TABLE recon.exception
  DROP CONSTRAINT exception_state_check,
  ADD CONSTRAINT exception_state_check CHECK (state IN ('open', 'assigned', 'written_off', 'withdrawn')),
  ADD COLUMN residual_of text REFERENCES recon.exception,
  ADD COLUMN settled_by text,
  ADD COLUMN settled_at timestamptz,
  ADD COLUMN write_off_posting text REFERENCES ledger.posting,
  ADD CHECK (state <> 'written_off' OR write_off_posting IS NOT NULL),
  ADD CHECK (state <> 'withdrawn' OR residual_of IS NOT NULL);
CREATE UNIQUE INDEX exception_residual ON recon.exception (residual_of) WHERE state <> 'withdrawn';

CREATE TABLE recon.binding (
  exception_id text NOT NULL REFERENCES recon.exception,
  posting_id text NOT NULL REFERENCES recon.expected_line,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  bound_at timestamptz NOT NULL,
  bound_by text NOT NULL,
  PRIMARY KEY (exception_id, posting_id)
);
CREATE INDEX binding_by_posting ON recon.binding (posting_id, bound_at);

-- A posting that nothing on a rail made: what it is about.
ALTER TABLE ledger.posting ADD COLUMN exception_id text;

CREATE OR REPLACE FUNCTION ledger.posting_json(p ledger.posting, lines jsonb) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'id', p.id, 'version', p.version, 'transfer_id', p.transfer_id, 'exception_id', p.exception_id, 'reverses', p.reverses,
    'at', platform.instant(p.at), 'description', p.description, 'lines', lines))
$$;

-- What a decimal is in minor units of a currency; null where it has more digits than those.
CREATE FUNCTION platform.minor(amount text, currency text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN scaled = trunc(scaled) THEN scaled::bigint END
  FROM (SELECT amount::numeric * 10::numeric ^ platform.currency_digits(currency) AS scaled) s
$$;

-- An expected line as the partner that it may be: by its transfer, or by its posting where that reverses one.
CREATE FUNCTION recon.partner_json(e recon.expected_line) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'id', CASE WHEN e.reversal THEN e.posting_id ELSE coalesce(e.transfer_id, e.posting_id) END,
    'kind', CASE WHEN e.reversal OR e.transfer_id IS NULL THEN 'posting' ELSE 'transfer' END,
    'posting_id', e.posting_id, 'side', e.side, 'amount', platform.money(e.amount_minor, e.currency),
    'open', platform.money(e.open_minor, e.currency), 'date', e.date::text, 'reference', e.reference,
    'from', (SELECT jsonb_build_object('name', t.originator_name, 'kind', t.originator_kind) FROM cts.transfer t WHERE t.id = e.transfer_id),
    'to', (SELECT jsonb_build_object('name', t.receiver_name, 'kind', t.receiver_kind) FROM cts.transfer t WHERE t.id = e.transfer_id),
    'bound', coalesce((
      SELECT jsonb_agg(jsonb_build_object('exception_id', b.exception_id, 'amount', platform.money(b.amount_minor, e.currency),
                                          'by', b.bound_by, 'at', platform.instant(b.bound_at)) ORDER BY b.bound_at DESC)
      FROM (SELECT * FROM recon.binding b WHERE b.posting_id = e.posting_id ORDER BY bound_at DESC LIMIT 10) b), '[]'::jsonb)))
$$;

CREATE OR REPLACE FUNCTION recon.exception_json(e recon.exception) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'id', e.id, 'version', e.version, 'kind', e.kind, 'side', e.side,
    'amount', platform.money(e.amount_minor, e.currency), 'date', e.date::text,
    'reference', e.reference, 'description', e.description, 'counterparty', e.counterparty, 'account', e.account,
    'state', e.state, 'statement_id', e.statement_id, 'line', e.line, 'posting_id', e.posting_id,
    'candidates', e.candidates, 'raised_at', platform.instant(e.raised_at),
    'residual_of', e.residual_of, 'settled_by', e.settled_by, 'settled_at', platform.instant(e.settled_at),
    'residual', (SELECT jsonb_build_object('id', r.id, 'amount', platform.money(r.amount_minor, r.currency), 'state', r.state)
                 FROM recon.exception r WHERE r.residual_of = e.id AND r.state <> 'withdrawn'),
    'parts', (SELECT jsonb_agg(jsonb_build_object(
                'id', CASE WHEN x.reversal THEN x.posting_id ELSE coalesce(x.transfer_id, x.posting_id) END,
                'kind', CASE WHEN x.reversal OR x.transfer_id IS NULL THEN 'posting' ELSE 'transfer' END,
                'posting_id', x.posting_id, 'amount', platform.money(b.amount_minor, e.currency)) ORDER BY x.posting_id)
              FROM recon.binding b JOIN recon.expected_line x USING (posting_id) WHERE b.exception_id = e.id),
    'write_off', (SELECT jsonb_build_object('posting_id', e.write_off_posting, 'account', l.account, 'account_name', a.name)
                  FROM ledger.posting_line l JOIN ledger.account a ON a.number = l.account
                  WHERE l.posting_id = e.write_off_posting AND l.account LIKE '59%')))
$$;
