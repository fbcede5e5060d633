CREATE SCHEMA recon;

-- The bank accounts whose statements are expected, and the ledger account that mirrors each.
CREATE TABLE recon.bank_account (
  account text PRIMARY KEY,
  ledger_account text NOT NULL,
  currency text NOT NULL
);

-- What the ledger says should appear on a statement: one row per posting on a settlement account.
CREATE TABLE recon.expected_line (
  posting_id text PRIMARY KEY,
  transfer_id text,
  ledger_account text NOT NULL,
  currency text NOT NULL,
  side text NOT NULL CHECK (side IN ('debit', 'credit')),
  amount_minor bigint NOT NULL,
  date date NOT NULL,
  reference text NOT NULL,
  reference_key text NOT NULL,
  -- The reverse of an earlier posting: a return.
  reversal boolean NOT NULL,
  matched boolean NOT NULL DEFAULT false
);
CREATE INDEX expected_open ON recon.expected_line (currency, side, amount_minor, date) WHERE NOT matched;
CREATE INDEX expected_by_date ON recon.expected_line (ledger_account, date) WHERE NOT matched;

CREATE TABLE recon.statement (
  id text PRIMARY KEY,
  version integer NOT NULL DEFAULT 1,
  import_id text NOT NULL,
  bank_id text NOT NULL,
  account text NOT NULL,
  currency text NOT NULL,
  opening_minor bigint,
  closing_minor bigint,
  from_date date,
  to_date date,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('reconciled', 'open', 'quarantined', 'noted')),
  reason text,
  lines integer NOT NULL DEFAULT 0,
  file_id text,
  imported_at timestamptz NOT NULL
);
CREATE INDEX statement_listing ON recon.statement (imported_at DESC, id DESC);

CREATE INDEX statement_by_import ON recon.statement (import_id, id);

CREATE TABLE recon.statement_line (
  statement_id text NOT NULL REFERENCES recon.statement,
  n integer NOT NULL,
  side text NOT NULL CHECK (side IN ('debit', 'credit')),
  amount_minor bigint NOT NULL,
  currency text NOT NULL,
  date date NOT NULL,
  reference text NOT NULL,
  reference_key text NOT NULL,
  counterparty text,
  booked boolean NOT NULL,
  details jsonb NOT NULL,
  matched_posting text REFERENCES recon.expected_line,
  score numeric(3, 2),
  why text,
  PRIMARY KEY (statement_id, n)
);
CREATE INDEX statement_line_match ON recon.statement_line (matched_posting) WHERE matched_posting IS NOT NULL;
CREATE INDEX statement_line_open ON recon.statement_line (statement_id, n)
  WHERE booked AND matched_posting IS NULL;

CREATE TABLE recon.exception (
  id text PRIMARY KEY,
  version integer NOT NULL DEFAULT 1,
  kind text NOT NULL CHECK (kind IN ('statement_line', 'posting')),
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'assigned', 'written_off')),
  side text NOT NULL CHECK (side IN ('debit', 'credit')),
  amount_minor bigint NOT NULL,
  currency text NOT NULL,
  date date NOT NULL,
  reference text NOT NULL,
  counterparty text,
  account text NOT NULL,
  statement_id text,
  line integer,
  posting_id text,
  candidates jsonb NOT NULL DEFAULT '[]',
  raised_at timestamptz NOT NULL,
  CHECK (CASE kind WHEN 'posting' THEN posting_id IS NOT NULL
                   ELSE statement_id IS NOT NULL AND line IS NOT NULL END)
);
CREATE INDEX exception_listing ON recon.exception (raised_at DESC, id DESC);
CREATE INDEX exception_open ON recon.exception (raised_at DESC, id DESC) WHERE state = 'open';
CREATE INDEX exception_candidates ON recon.exception USING gin (candidates jsonb_path_ops);
CREATE INDEX exception_posting ON recon.exception (posting_id) WHERE posting_id IS NOT NULL;

CREATE FUNCTION recon.statement_json(s recon.statement) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'id', s.id, 'version', s.version, 'bank_id', s.bank_id, 'account', s.account, 'currency', s.currency,
    'opening', platform.money(s.opening_minor, s.currency),
    'closing', platform.money(s.closing_minor, s.currency),
    'from', s.from_date::text, 'to', s.to_date::text, 'state', s.state, 'reason', s.reason,
    'lines', s.lines, 'file_id', s.file_id, 'imported_at', platform.instant(s.imported_at)))
$$;

CREATE FUNCTION recon.exception_json(e recon.exception) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'id', e.id, 'version', e.version, 'kind', e.kind, 'side', e.side,
    'amount', platform.money(e.amount_minor, e.currency), 'date', e.date::text,
    'reference', e.reference, 'counterparty', e.counterparty, 'account', e.account, 'state', e.state,
    'statement_id', e.statement_id, 'line', e.line, 'posting_id', e.posting_id,
    'candidates', e.candidates, 'raised_at', platform.instant(e.raised_at)))
$$;
