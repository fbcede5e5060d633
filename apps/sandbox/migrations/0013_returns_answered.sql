-- What becomes of a return after it: dishonoured by who got it, contested by who sent it, or the payment sent again; and
-- the answer to a notification of change.
ALTER TABLE cts.transfer DROP CONSTRAINT transfer_state_check;
ALTER TABLE cts.transfer ADD CONSTRAINT transfer_state_check CHECK (state IN (
  'created', 'settled', 'return_received', 'returned', 'return_dishonoured', 'dishonour_received', 'cancelled'));
-- A state without the facts that make it true cannot be written.
ALTER TABLE cts.transfer ADD CONSTRAINT transfer_dishonour_check CHECK (
  state NOT IN ('return_dishonoured', 'dishonour_received') OR bank_return -> 'dishonour' IS NOT NULL);

-- Of the receiver's account, beside its number: what a bank corrects and a payment carries.
ALTER TABLE cts.transfer ADD COLUMN receiver_details jsonb NOT NULL DEFAULT '{}';
-- This payment is another one sent again.
ALTER TABLE cts.transfer ADD COLUMN resubmission jsonb;
-- This payment was sent again as that one: once, since what comes back again is sent again itself.
ALTER TABLE cts.transfer ADD COLUMN sent_again_as text;

-- Account data as their bank corrected them: what later payments to this party are sent to.
CREATE TABLE cts.account_on_file (
  party_id text PRIMARY KEY,
  data jsonb NOT NULL,
  corrected_at timestamptz NOT NULL,
  transfer_id text NOT NULL
);

CREATE OR REPLACE FUNCTION cts.legal_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
       ('created', 'settled'), ('created', 'cancelled'),
       ('settled', 'return_received'), ('settled', 'returned'), ('settled', 'cancelled'),
       ('return_received', 'returned'),
       ('return_received', 'return_dishonoured'), ('returned', 'return_dishonoured'),
       ('return_dishonoured', 'return_received'),
       ('returned', 'dishonour_received'), ('dishonour_received', 'returned'),
       ('dishonour_received', 'return_dishonoured')) THEN
    RAISE EXCEPTION 'transfer % cannot move from % to %', OLD.id, OLD.state, NEW.state;
  END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION 'transfer % must move from version % to %', OLD.id, OLD.version, OLD.version + 1;
  END IF;
  RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION cts.transfer_json(t cts.transfer) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'id', t.id, 'version', t.version, 'rail', t.rail, 'direction', t.direction, 'side', t.side,
    'state', t.state, 'amount', platform.money(t.amount_minor, t.currency),
    'originator', jsonb_build_object('party_id', t.originator_party_id, 'name', t.originator_name,
                                     'account', t.originator_account, 'kind', t.originator_kind),
    'receiver', t.receiver_details || jsonb_build_object('party_id', t.receiver_party_id, 'name', t.receiver_name,
                                   'account', t.receiver_account, 'kind', t.receiver_kind),
    'reference', t.reference, 'trace_number', t.trace_number, 'sec_code', t.sec_code,
    'created_at', platform.instant(t.created_at), 'effective_date', t.effective_date::text,
    'settled_at', platform.instant(t.settled_at), 'return', t.bank_return, 'change', t.change,
    'return_deadlines', CASE WHEN t.deadline_standard IS NULL THEN NULL ELSE jsonb_build_object(
        'standard', platform.instant(t.deadline_standard),
        'extended', platform.instant(t.deadline_extended)) END,
    'resubmission', t.resubmission, 'sent_again_as', t.sent_again_as,
    'file_id', t.file_id, 'entry', t.entry))
$$;
