-- What every upstream of the sandbox shares: events, idempotency, effects, staged files, webhooks.
CREATE SCHEMA platform;

-- ISO 4217 minor units. Codes that are not listed have two digits; `http/money.ts` holds the same rule.
CREATE FUNCTION platform.currency_digits(currency text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN currency IN ('BIF','CLP','DJF','GNF','ISK','JPY','KMF','KRW','PYG','RWF','UGX','UYI','VND','VUV','XAF','XOF','XPF') THEN 0
    WHEN currency IN ('BHD','IQD','JOD','KWD','LYD','OMR','TND') THEN 3
    WHEN currency IN ('CLF','UYW') THEN 4
    ELSE 2
  END
$$;

-- `numeric`, so that sums of many amounts fit; the factor gives the result its scale.
CREATE FUNCTION platform.decimal(minor numeric, currency text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (minor * CASE platform.currency_digits(currency)
    WHEN 2 THEN 0.01 WHEN 0 THEN 1 WHEN 3 THEN 0.001 ELSE 0.0001 END)::text
$$;

-- Declared as changeable as what it calls (`jsonb_build_object`), or the planner would not inline it.
CREATE FUNCTION platform.money(minor bigint, currency text) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN minor IS NULL THEN NULL
    ELSE jsonb_build_object('amount', platform.decimal(minor, currency), 'currency', currency) END
$$;

-- RFC 3339 in UTC, with milliseconds: what JavaScript's Date can hold.
CREATE FUNCTION platform.instant(at timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

CREATE TABLE platform.world (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  seed text NOT NULL,
  seeded_at timestamptz NOT NULL
);

-- The outbox and the history in one: webhooks are sent from it in order, the feed reads it from the start.
-- A transaction writes its events under a batch of its own, and the batch gets its place in the upstream's sequence
-- when the transaction ends: the counter's row is locked for that moment only, however long the transaction was,
-- and to its commit, so that a reader who follows sequences never passes over an event that commits late.
CREATE TABLE platform.event (
  batch uuid NOT NULL,
  n integer NOT NULL,
  id text NOT NULL,
  type text NOT NULL,
  schema_version integer NOT NULL DEFAULT 1,
  occurred_at timestamptz NOT NULL,
  subject_kind text NOT NULL,
  subject_id text NOT NULL,
  subject_version integer NOT NULL,
  refs jsonb NOT NULL,
  caused_by text,
  data jsonb NOT NULL,
  PRIMARY KEY (batch, n)
);

-- Event n of the batch has the sequence first + n - 1.
CREATE TABLE platform.event_batch (
  id uuid PRIMARY KEY,
  upstream text NOT NULL,
  first bigint NOT NULL,
  last bigint NOT NULL,
  UNIQUE (upstream, last)
);

CREATE FUNCTION platform.event_json(e platform.event, sequence bigint) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_build_object(
      'id', e.id, 'type', e.type, 'schema_version', e.schema_version, 'sequence', sequence,
      'occurred_at', platform.instant(e.occurred_at),
      'subject', jsonb_build_object('kind', e.subject_kind, 'id', e.subject_id),
      'subject_version', e.subject_version, 'refs', e.refs, 'data', e.data)
    || CASE WHEN e.caused_by IS NULL THEN '{}'::jsonb ELSE jsonb_build_object('caused_by', e.caused_by) END
$$;

-- It survives a reset: sequences only grow.
CREATE TABLE platform.event_counter (
  upstream text PRIMARY KEY,
  last bigint NOT NULL DEFAULT 0
);

CREATE TABLE platform.webhook_delivery (
  upstream text PRIMARY KEY,
  delivered_through bigint NOT NULL DEFAULT 0,
  attempts integer NOT NULL DEFAULT 0,
  last_error text
);

INSERT INTO platform.event_counter (upstream) VALUES ('cts'), ('ledger'), ('recon'), ('compliance');
INSERT INTO platform.webhook_delivery (upstream) VALUES ('cts'), ('ledger'), ('recon'), ('compliance');

CREATE TABLE platform.idempotency (
  upstream text NOT NULL,
  key text NOT NULL,
  digest text NOT NULL,
  answer jsonb,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (upstream, key)
);
CREATE INDEX idempotency_expiry ON platform.idempotency (expires_at);

-- One row for each key whose effect was performed; `count` beyond 1 would be a second effect.
CREATE TABLE platform.effect (
  upstream text NOT NULL,
  key text NOT NULL,
  operation text NOT NULL,
  target text NOT NULL,
  performed_at timestamptz NOT NULL,
  count integer NOT NULL DEFAULT 1,
  result jsonb NOT NULL,
  PRIMARY KEY (upstream, key)
);
CREATE INDEX effect_time ON platform.effect (performed_at, upstream, key);

CREATE TABLE platform.staged_file (
  upstream text NOT NULL,
  sha256 text NOT NULL,
  declared jsonb NOT NULL,
  chunks integer NOT NULL,
  state text NOT NULL DEFAULT 'staging' CHECK (state IN ('staging', 'committed')),
  staged_at timestamptz NOT NULL,
  committed_at timestamptz,
  created jsonb,
  PRIMARY KEY (upstream, sha256)
);
CREATE INDEX staged_file_age ON platform.staged_file (staged_at) WHERE state = 'staging';

CREATE TABLE platform.staged_chunk (
  upstream text NOT NULL,
  sha256 text NOT NULL,
  n integer NOT NULL,
  content jsonb NOT NULL,
  tally jsonb NOT NULL,
  PRIMARY KEY (upstream, sha256, n),
  FOREIGN KEY (upstream, sha256) REFERENCES platform.staged_file ON DELETE CASCADE
);
