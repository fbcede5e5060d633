CREATE SCHEMA ledger;

CREATE TABLE ledger.account (
  number text PRIMARY KEY,
  name text NOT NULL,
  currency text NOT NULL,
  UNIQUE (number, currency)
);

CREATE TABLE ledger.posting (
  id text PRIMARY KEY,
  version integer NOT NULL DEFAULT 1,
  transfer_id text,
  reverses text REFERENCES ledger.posting,
  at timestamptz NOT NULL,
  description text NOT NULL
);
CREATE INDEX posting_listing ON ledger.posting (at DESC, id DESC);
CREATE INDEX posting_by_transfer ON ledger.posting (transfer_id, at DESC, id DESC);
-- A posting is reversed once.
CREATE UNIQUE INDEX posting_reversal ON ledger.posting (reverses) WHERE reverses IS NOT NULL;

-- What a foreign key would check line by line (the posting, and the account in its currency), `lines_balance`
-- checks for a thousand lines at once.
CREATE TABLE ledger.posting_line (
  posting_id text NOT NULL,
  n integer NOT NULL,
  account text NOT NULL,
  currency text NOT NULL,
  side text NOT NULL CHECK (side IN ('debit', 'credit')),
  amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
  PRIMARY KEY (posting_id, n)
);
CREATE INDEX posting_line_by_account ON ledger.posting_line (account);

-- Double entry: at commit, every new posting has lines and they sum to zero per currency.
CREATE FUNCTION ledger.posting_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM ledger.posting_line WHERE posting_id = NEW.id) < 2 THEN
    RAISE EXCEPTION 'posting % needs two lines or more', NEW.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER posting_balances AFTER INSERT ON ledger.posting
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.posting_balances();

-- The lines of a posting are inserted by one statement, and are checked as one set: each statement balances by
-- itself, so that whatever is added to a balanced posting leaves it so.
CREATE FUNCTION ledger.lines_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  stray record;
  out_of_balance record;
BEGIN
  SELECT i.posting_id, i.account, i.currency INTO stray
    FROM inserted i
    WHERE NOT EXISTS (SELECT FROM ledger.posting p WHERE p.id = i.posting_id)
       OR NOT EXISTS (SELECT FROM ledger.account a WHERE a.number = i.account AND a.currency = i.currency)
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'posting % or account % in % does not exist', stray.posting_id, stray.account, stray.currency
      USING ERRCODE = 'foreign_key_violation';
  END IF;
  SELECT posting_id, currency, sum(CASE side WHEN 'debit' THEN amount_minor ELSE -amount_minor END) AS difference
    INTO out_of_balance
    FROM inserted
    GROUP BY posting_id, currency
    HAVING sum(CASE side WHEN 'debit' THEN amount_minor ELSE -amount_minor END) <> 0
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the lines of posting % differ by % minor units of %',
      out_of_balance.posting_id, out_of_balance.difference, out_of_balance.currency
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER lines_balance AFTER INSERT ON ledger.posting_line
  REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION ledger.lines_balance();

CREATE FUNCTION ledger.append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%.% is append-only: record a reversing posting', TG_TABLE_SCHEMA, TG_TABLE_NAME;
END
$$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger.posting
  FOR EACH ROW EXECUTE FUNCTION ledger.append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger.posting_line
  FOR EACH ROW EXECUTE FUNCTION ledger.append_only();

-- An account that has lines keeps its number and currency.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger.account
  FOR EACH ROW EXECUTE FUNCTION ledger.append_only();

CREATE FUNCTION ledger.line_json(l ledger.posting_line, account_name text) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_build_object('account', l.account, 'account_name', account_name, 'side', l.side,
                            'amount', platform.money(l.amount_minor, l.currency))
$$;

CREATE FUNCTION ledger.posting_json(p ledger.posting, lines jsonb) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'id', p.id, 'version', p.version, 'transfer_id', p.transfer_id, 'reverses', p.reverses,
    'at', platform.instant(p.at), 'description', p.description, 'lines', lines))
$$;

CREATE FUNCTION ledger.posting_json(p ledger.posting) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT ledger.posting_json(p, (
    SELECT jsonb_agg(ledger.line_json(l, a.name) ORDER BY l.n)
    FROM ledger.posting_line l JOIN ledger.account a ON a.number = l.account
    WHERE l.posting_id = p.id))
$$;
