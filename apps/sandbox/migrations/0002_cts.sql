CREATE SCHEMA cts;

CREATE TABLE cts.transfer (
  id text PRIMARY KEY,
  version integer NOT NULL DEFAULT 1,
  rail text NOT NULL CHECK (rail IN ('ach', 'sepa_ct', 'wire')),
  direction text NOT NULL CHECK (direction IN ('outgoing', 'incoming')),
  side text NOT NULL CHECK (side IN ('debit', 'credit')),
  state text NOT NULL CHECK (state IN ('created', 'settled', 'return_received', 'returned', 'cancelled')),
  amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  originator_party_id text NOT NULL,
  originator_name text NOT NULL,
  originator_account text NOT NULL,
  originator_kind text NOT NULL CHECK (originator_kind IN ('person', 'company', 'unknown')),
  receiver_party_id text NOT NULL,
  receiver_name text NOT NULL,
  receiver_account text NOT NULL,
  receiver_kind text NOT NULL CHECK (receiver_kind IN ('person', 'company', 'unknown')),
  reference text NOT NULL,
  trace_number text,
  sec_code text,
  created_at timestamptz NOT NULL,
  effective_date date NOT NULL,
  settled_at timestamptz,
  bank_return jsonb,
  change jsonb,
  deadline_standard timestamptz,
  deadline_extended timestamptz,
  file_id text,
  entry jsonb,
  -- A state without the facts that make it true cannot be written.
  CHECK (state IN ('created', 'cancelled') OR settled_at IS NOT NULL OR bank_return IS NOT NULL),
  CHECK (state NOT IN ('return_received', 'returned') OR bank_return IS NOT NULL)
);
CREATE INDEX transfer_listing ON cts.transfer (created_at DESC, id DESC);
CREATE INDEX transfer_by_originator ON cts.transfer (originator_party_id, created_at DESC);
CREATE INDEX transfer_by_receiver ON cts.transfer (receiver_party_id, created_at DESC);
CREATE INDEX transfer_by_trace ON cts.transfer (trace_number) WHERE trace_number IS NOT NULL;
CREATE INDEX transfer_waiting ON cts.transfer (state, created_at DESC, id DESC)
  WHERE state IN ('created', 'return_received');

-- CTS's own note of what Compliance told it; Compliance is the system of record.
CREATE TABLE cts.frozen_party (
  party_id text PRIMARY KEY,
  since timestamptz NOT NULL
);

CREATE FUNCTION cts.legal_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
       ('created', 'settled'), ('created', 'cancelled'),
       ('settled', 'return_received'), ('settled', 'returned'), ('settled', 'cancelled'),
       ('return_received', 'returned')) THEN
    RAISE EXCEPTION 'transfer % cannot move from % to %', OLD.id, OLD.state, NEW.state;
  END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION 'transfer % must move from version % to %', OLD.id, OLD.version, OLD.version + 1;
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER legal_move BEFORE UPDATE ON cts.transfer FOR EACH ROW EXECUTE FUNCTION cts.legal_move();

CREATE FUNCTION cts.transfer_json(t cts.transfer) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'id', t.id, 'version', t.version, 'rail', t.rail, 'direction', t.direction, 'side', t.side,
    'state', t.state, 'amount', platform.money(t.amount_minor, t.currency),
    'originator', jsonb_build_object('party_id', t.originator_party_id, 'name', t.originator_name,
                                     'account', t.originator_account, 'kind', t.originator_kind),
    'receiver', jsonb_build_object('party_id', t.receiver_party_id, 'name', t.receiver_name,
                                   'account', t.receiver_account, 'kind', t.receiver_kind),
    'reference', t.reference, 'trace_number', t.trace_number, 'sec_code', t.sec_code,
    'created_at', platform.instant(t.created_at), 'effective_date', t.effective_date::text,
    'settled_at', platform.instant(t.settled_at), 'return', t.bank_return, 'change', t.change,
    'return_deadlines', CASE WHEN t.deadline_standard IS NULL THEN NULL ELSE jsonb_build_object(
        'standard', platform.instant(t.deadline_standard),
        'extended', platform.instant(t.deadline_extended)) END,
    'file_id', t.file_id, 'entry', t.entry))
$$;

CREATE FUNCTION cts.transfer_refs(t cts.transfer) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_build_array(jsonb_build_object('kind', 'party', 'id', t.originator_party_id),
                           jsonb_build_object('kind', 'party', 'id', t.receiver_party_id))
$$;
