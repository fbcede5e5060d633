-- The acquirer's side of the platform: merchants, what they sell, and what is settled to them. Suspending one closes
-- its checkout, its API and its webhooks; nothing of its money looks at its state.
CREATE SCHEMA merchants;

CREATE TABLE merchants.merchant (
  id text PRIMARY KEY,
  version integer NOT NULL DEFAULT 1,
  name text NOT NULL,
  legal_name text NOT NULL,
  country text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
  mcc text NOT NULL CHECK (mcc ~ '^[0-9]{4}$'),
  contact_email text NOT NULL,
  contact_phone text,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'active', 'suspended')),
  suspended_since timestamptz,
  suspend_reason text,
  checkout_methods text[] NOT NULL,
  api_access boolean NOT NULL,
  webhook_url text,
  settlement_schedule text NOT NULL CHECK (settlement_schedule IN ('daily', 'weekly')),
  -- ISO: 1 is Monday.
  settlement_weekday integer CHECK (settlement_weekday BETWEEN 1 AND 7),
  settlement_cut_off text NOT NULL CHECK (settlement_cut_off ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  settlement_currency text NOT NULL CHECK (settlement_currency ~ '^[A-Z]{3}$'),
  created_at timestamptz NOT NULL,
  CHECK ((settlement_schedule = 'weekly') = (settlement_weekday IS NOT NULL)),
  CHECK ((state = 'suspended') = (suspended_since IS NOT NULL)),
  CHECK ((suspended_since IS NULL) = (suspend_reason IS NULL))
);
CREATE INDEX merchant_listing ON merchants.merchant (created_at DESC, id DESC);
CREATE INDEX merchant_by_state ON merchants.merchant (state, created_at DESC, id DESC);
-- Names are looked for by how they begin.
CREATE INDEX merchant_by_name ON merchants.merchant (lower(name) COLLATE "C");

CREATE TABLE merchants.transaction (
  id text PRIMARY KEY,
  version integer NOT NULL DEFAULT 1,
  merchant_id text NOT NULL,
  gateway text NOT NULL,
  network text NOT NULL CHECK (network IN ('visa', 'mastercard', 'amex', 'discover')),
  method text NOT NULL,
  status text NOT NULL CHECK (status IN ('captured', 'declined', 'failed')),
  failure_code text,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  currency text NOT NULL,
  created_at timestamptz NOT NULL,
  CHECK ((status = 'captured') = (failure_code IS NULL))
);
CREATE INDEX transaction_listing ON merchants.transaction (created_at DESC, id DESC);
CREATE INDEX transaction_by_merchant ON merchants.transaction (merchant_id, created_at DESC, id DESC);
CREATE INDEX transaction_by_gateway ON merchants.transaction (gateway, created_at DESC, id DESC);
CREATE INDEX transaction_by_status ON merchants.transaction (status, created_at DESC, id DESC)
  WHERE status <> 'captured';

-- What was captured since `period_start` and is due to the merchant at `due_at`. Whoever adds to it, and whoever settles
-- it, holds the row: what is captured falls into one period and no other.
CREATE TABLE merchants.balance (
  merchant_id text PRIMARY KEY REFERENCES merchants.merchant,
  version integer NOT NULL DEFAULT 1,
  currency text NOT NULL,
  pending_minor bigint NOT NULL DEFAULT 0 CHECK (pending_minor >= 0),
  settled_minor bigint NOT NULL DEFAULT 0,
  period_start timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  CHECK (due_at > period_start)
);
CREATE INDEX balance_due ON merchants.balance (due_at, merchant_id);

CREATE TABLE merchants.settlement (
  id text PRIMARY KEY,
  version integer NOT NULL DEFAULT 1,
  merchant_id text NOT NULL REFERENCES merchants.merchant,
  period_start timestamptz NOT NULL,
  period_end timestamptz NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  currency text NOT NULL,
  posting_id text NOT NULL,
  settled_at timestamptz NOT NULL,
  -- A period of a merchant is settled once.
  UNIQUE (merchant_id, period_end)
);
CREATE INDEX settlement_listing ON merchants.settlement (period_end DESC, id DESC);
CREATE INDEX settlement_by_merchant ON merchants.settlement (merchant_id, period_end DESC, id DESC);

CREATE FUNCTION merchants.merchant_json(m merchants.merchant) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'id', m.id, 'version', m.version, 'name', m.name, 'legal_name', m.legal_name, 'country', m.country, 'mcc', m.mcc,
    'contact', jsonb_build_object('email', m.contact_email, 'phone', m.contact_phone),
    'state', m.state, 'suspended_since', platform.instant(m.suspended_since), 'suspend_reason', m.suspend_reason,
    'config', jsonb_build_object(
      'checkout_methods', to_jsonb(m.checkout_methods), 'api_access', m.api_access, 'webhook_url', m.webhook_url,
      'settlement', jsonb_build_object('schedule', m.settlement_schedule, 'weekday', m.settlement_weekday,
                                       'cut_off', m.settlement_cut_off, 'currency', m.settlement_currency)),
    'created_at', platform.instant(m.created_at)))
$$;

CREATE FUNCTION merchants.transaction_json(t merchants.transaction) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'id', t.id, 'version', t.version, 'merchant_id', t.merchant_id, 'gateway', t.gateway, 'network', t.network,
    'method', t.method, 'status', t.status, 'failure_code', t.failure_code,
    'amount', platform.money(t.amount_minor, t.currency), 'created_at', platform.instant(t.created_at)))
$$;

CREATE FUNCTION merchants.settlement_json(s merchants.settlement) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_build_object(
    'id', s.id, 'version', s.version, 'merchant_id', s.merchant_id, 'period_start', platform.instant(s.period_start),
    'period_end', platform.instant(s.period_end), 'amount', platform.money(s.amount_minor, s.currency),
    'posting_id', s.posting_id, 'settled_at', platform.instant(s.settled_at))
$$;

CREATE FUNCTION merchants.balance_json(b merchants.balance) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_build_object(
    'merchant_id', b.merchant_id, 'version', b.version, 'pending', platform.money(b.pending_minor, b.currency),
    'settled', platform.money(b.settled_minor, b.currency), 'period_start', platform.instant(b.period_start),
    'due_at', platform.instant(b.due_at))
$$;

-- A value in [0, 1) that belongs to the seed, the n-th thing and the question asked of it.
CREATE FUNCTION merchants.chance(seed text, n bigint, question text) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (hashtextextended(seed || ' ' || question || ' ' || n, 0) & 9007199254740991) / 9007199254740992.0::float8
$$;

-- A posting that settles what a merchant has sold.
ALTER TABLE ledger.posting ADD COLUMN settlement_id text;

CREATE OR REPLACE FUNCTION ledger.posting_json(p ledger.posting, lines jsonb) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'id', p.id, 'version', p.version, 'transfer_id', p.transfer_id, 'exception_id', p.exception_id,
    'settlement_id', p.settlement_id, 'reverses', p.reverses,
    'at', platform.instant(p.at), 'description', p.description, 'lines', lines))
$$;

INSERT INTO platform.event_counter (upstream) VALUES ('merchants');
INSERT INTO platform.webhook_delivery (upstream) VALUES ('merchants');
