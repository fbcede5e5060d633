-- Upstreams that know no idempotency keys: a bank finds a payment by its reference, a gateway's settings are written on
-- condition, a carrier can neither be asked nor told twice without coming twice.
CREATE SCHEMA banks;
CREATE TABLE banks.payment (
  id text PRIMARY KEY,
  reference text NOT NULL,
  amount_minor bigint NOT NULL,
  currency text NOT NULL,
  creditor_name text NOT NULL,
  creditor_account text NOT NULL,
  accepted_at timestamptz NOT NULL
);
-- Not unique: told twice, it pays twice.
CREATE INDEX payment_reference ON banks.payment (reference, accepted_at);

CREATE SCHEMA gateways;
CREATE TABLE gateways.gateway (
  id text PRIMARY KEY,
  version integer NOT NULL DEFAULT 1,
  routing text NOT NULL DEFAULT 'on' CHECK (routing IN ('on', 'off')),
  weight integer NOT NULL CHECK (weight BETWEEN 0 AND 100)
);
INSERT INTO gateways.gateway (id, weight) VALUES ('gw_north', 50), ('gw_south', 30), ('gw_west', 20);
