-- What is paid to merchants, as it was last heard of: what operations look through (P-03). Settlements and balances are kept by finance
-- and not here (P-11).
CREATE SCHEMA IF NOT EXISTS platform;
GRANT USAGE ON SCHEMA platform
  TO countersign_app, countersign_dispatcher, countersign_sequencer, countersign_auditor;

CREATE TABLE platform.transaction (
  transaction_id text PRIMARY KEY,
  tenant_id      text,
  version        integer NOT NULL,
  merchant_id    text NOT NULL,
  gateway        text NOT NULL,
  network        text NOT NULL,
  method         text NOT NULL,
  status         text NOT NULL,
  failure_code   text,
  amount         text NOT NULL,                -- as it was told, in units of its currency
  currency       text NOT NULL,
  amount_e4      bigint NOT NULL,              -- in ten-thousandths of a unit, by which amounts are compared
  created_at     timestamptz NOT NULL
);
-- Newest first, by each filter that narrows much; what the other filters look at, and whose tenant's it is, is read from the same index.
CREATE INDEX transaction_newest ON platform.transaction (created_at DESC, transaction_id DESC)
  INCLUDE (merchant_id, gateway, status, amount_e4, tenant_id);
CREATE INDEX transaction_of_merchant ON platform.transaction (merchant_id, created_at DESC, transaction_id DESC)
  INCLUDE (gateway, status, amount_e4, tenant_id);
CREATE INDEX transaction_by_gateway ON platform.transaction (gateway, created_at DESC, transaction_id DESC)
  INCLUDE (merchant_id, status, amount_e4, tenant_id);
CREATE INDEX transaction_in_status ON platform.transaction (status, created_at DESC, transaction_id DESC)
  INCLUDE (merchant_id, gateway, amount_e4, tenant_id);
-- Few of about one amount are sorted; of many the newest are near the front of the others.
CREATE INDEX transaction_of_amount ON platform.transaction (amount_e4, created_at, transaction_id)
  INCLUDE (merchant_id, gateway, status, tenant_id);
CALL kernel.scope_by_tenant('platform.transaction');
GRANT SELECT ON platform.transaction TO countersign_app, countersign_dispatcher, countersign_auditor;
GRANT SELECT, INSERT, UPDATE, DELETE ON platform.transaction TO countersign_sequencer;

-- What merchants are called, for lists in which they stand by their ids.
CREATE TABLE platform.merchant_name (
  merchant_id text PRIMARY KEY,
  tenant_id   text,
  version     integer NOT NULL,
  name        text NOT NULL
);
CALL kernel.scope_by_tenant('platform.merchant_name');
GRANT SELECT ON platform.merchant_name TO countersign_app, countersign_dispatcher, countersign_auditor;
GRANT SELECT, INSERT, UPDATE, DELETE ON platform.merchant_name TO countersign_sequencer;
