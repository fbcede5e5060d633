-- What finance has the word on: whether what was paid out to merchants is confirmed, and which months are closed.
ALTER TABLE merchants.settlement
  ADD COLUMN state text NOT NULL DEFAULT 'paid_out' CHECK (state IN ('paid_out', 'confirmed')),
  ADD COLUMN confirmed_at timestamptz,
  ADD COLUMN confirm_reason text,
  ADD CONSTRAINT settlement_confirmed CHECK ((state = 'confirmed') = (confirmed_at IS NOT NULL)),
  ADD CONSTRAINT settlement_confirmed_why CHECK ((confirmed_at IS NULL) = (confirm_reason IS NULL));
CREATE INDEX settlement_by_state ON merchants.settlement (state, period_end DESC, id DESC);
CREATE INDEX posting_by_settlement ON ledger.posting (settlement_id) WHERE settlement_id IS NOT NULL;

-- A month of the books, by UTC. It is there from its first posting on.
CREATE TABLE ledger.period (
  id text PRIMARY KEY,
  version integer NOT NULL DEFAULT 1,
  starts_at timestamptz NOT NULL UNIQUE,
  ends_at timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'locked')),
  locked_at timestamptz,
  lock_reason text,
  CHECK (ends_at > starts_at),
  CHECK ((state = 'locked') = (locked_at IS NOT NULL)),
  CHECK ((locked_at IS NULL) = (lock_reason IS NULL))
);
CREATE INDEX period_listing ON ledger.period (starts_at DESC, id DESC);

CREATE FUNCTION ledger.month_of(at timestamptz) RETURNS timestamp
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT date_trunc('month', at AT TIME ZONE 'UTC') $$;

INSERT INTO ledger.period (id, starts_at, ends_at)
  SELECT 'prd_' || to_char(month, 'YYYY-MM'), month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC'
  FROM (SELECT DISTINCT ledger.month_of(at) AS month FROM ledger.posting) m;

-- Whoever posts holds the period until it is committed, and whoever locks it waits for that: nothing comes in behind a lock.
CREATE FUNCTION ledger.into_open_period() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  locked text;
BEGIN
  INSERT INTO ledger.period (id, starts_at, ends_at)
    SELECT 'prd_' || to_char(month, 'YYYY-MM'), month AT TIME ZONE 'UTC',
           (month + interval '1 month') AT TIME ZONE 'UTC'
    FROM (SELECT DISTINCT ledger.month_of(at) AS month FROM inserted) m
    ORDER BY month
    ON CONFLICT (id) DO NOTHING;
  SELECT p.id INTO locked
    FROM (SELECT id, state FROM ledger.period
          WHERE starts_at IN (SELECT ledger.month_of(at) AT TIME ZONE 'UTC' FROM inserted)
          ORDER BY id FOR SHARE) p
    -- A month that had nothing so far and lies before a locked one is closed with it.
    WHERE p.state = 'locked'
       OR EXISTS (SELECT FROM ledger.period l
                  WHERE l.state = 'locked' AND l.id > p.id)
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'Nothing is posted into %: it is locked.', locked USING ERRCODE = 'LK001';
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER into_open_period AFTER INSERT ON ledger.posting
  REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION ledger.into_open_period();

CREATE FUNCTION ledger.period_json(p ledger.period) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'id', p.id, 'version', p.version, 'starts_at', platform.instant(p.starts_at),
    'ends_at', platform.instant(p.ends_at), 'state', p.state, 'locked_at', platform.instant(p.locked_at),
    'lock_reason', p.lock_reason))
$$;

-- With what stands in it: how many postings, and what they come to by currency (debits, which are the credits as well).
CREATE FUNCTION ledger.period_with_totals(p ledger.period) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT ledger.period_json(p) || jsonb_strip_nulls(jsonb_build_object('earlier_open',
    (SELECT e.id FROM ledger.period e WHERE e.state = 'open' AND e.starts_at < p.starts_at
     ORDER BY e.starts_at LIMIT 1))) || jsonb_build_object(
    'postings', (SELECT count(*) FROM ledger.posting t WHERE t.at >= p.starts_at AND t.at < p.ends_at),
    'totals', (SELECT coalesce(jsonb_agg(platform.money(s.minor, s.currency) ORDER BY s.currency), '[]'::jsonb)
               FROM (SELECT l.currency, sum(l.amount_minor)::bigint AS minor
                     FROM ledger.posting t JOIN ledger.posting_line l ON l.posting_id = t.id
                     WHERE t.at >= p.starts_at AND t.at < p.ends_at AND l.side = 'debit'
                     GROUP BY l.currency) s))
$$;

CREATE FUNCTION merchants.paid_settlement_json(s merchants.settlement) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT merchants.settlement_json(s) || jsonb_strip_nulls(jsonb_build_object(
    'state', s.state, 'confirmed_at', platform.instant(s.confirmed_at), 'confirm_reason', s.confirm_reason))
$$;

INSERT INTO platform.event_counter (upstream) VALUES ('treasury');
INSERT INTO platform.webhook_delivery (upstream) VALUES ('treasury');
