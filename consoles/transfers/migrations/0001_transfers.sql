-- The console's own tables: all of them projections, so all of them can be thrown away and rebuilt.
-- No foreign key leaves the schema. Personal data only in its redacted form.

CREATE SCHEMA transfers;
GRANT USAGE ON SCHEMA transfers
  TO countersign_app, countersign_dispatcher, countersign_sequencer, countersign_auditor;

CREATE TABLE transfers.transfer (
  id        text PRIMARY KEY,
  tenant_id text,
  version   integer NOT NULL,
  at        timestamptz NOT NULL,              -- when we learnt of this version
  state     text NOT NULL,
  rail      text NOT NULL,
  record    jsonb NOT NULL                     -- as CTS has it, names and accounts redacted
);

CREATE TABLE transfers.party (
  id        text PRIMARY KEY,
  tenant_id text,
  version   integer NOT NULL,
  at        timestamptz NOT NULL,
  frozen    boolean NOT NULL,
  record    jsonb NOT NULL
);

CREATE TABLE transfers.posting (
  id          text PRIMARY KEY,
  tenant_id   text,
  transfer_id text,
  at          timestamptz NOT NULL,
  record      jsonb NOT NULL
);
CREATE INDEX posting_transfer ON transfers.posting (transfer_id, at, id);

-- Returns that the bank sent and notifications of change that nobody has dealt with.
CREATE TABLE transfers.returns_item (
  item_id      text PRIMARY KEY,
  tenant_id    text,
  version      integer NOT NULL,
  subject_kind text NOT NULL,
  subject_id   text NOT NULL,
  title        text NOT NULL,
  state        text NOT NULL CHECK (state IN ('open', 'done')),
  opened_at    timestamptz NOT NULL,
  due_at       timestamptz NOT NULL,
  kind         text NOT NULL,                  -- return | change
  code         text NOT NULL,
  rail         text NOT NULL,
  currency     text NOT NULL,
  amount       text NOT NULL,
  originator   text NOT NULL,
  receiver     text NOT NULL
);
CREATE INDEX returns_item_due ON transfers.returns_item (state, due_at, item_id);
CREATE INDEX returns_item_opened ON transfers.returns_item (state, opened_at, item_id);
CREATE INDEX returns_item_filtered ON transfers.returns_item (state, rail, code, due_at, item_id);

CREATE TABLE transfers.exception_item (
  item_id      text PRIMARY KEY,
  tenant_id    text,
  version      integer NOT NULL,
  subject_kind text NOT NULL,
  subject_id   text NOT NULL,
  title        text NOT NULL,
  state        text NOT NULL CHECK (state IN ('open', 'done')),
  opened_at    timestamptz NOT NULL,
  due_at       timestamptz NOT NULL,
  kind         text NOT NULL,                  -- statement_line | posting | statement (quarantined)
  currency     text NOT NULL,
  amount       text,                           -- of a line or posting; a statement has none
  booked_on    text NOT NULL,
  reference    text NOT NULL,
  best_score   numeric
);
CREATE INDEX exception_item_due ON transfers.exception_item (state, due_at, item_id);
CREATE INDEX exception_item_opened ON transfers.exception_item (state, opened_at, item_id);
CREATE INDEX exception_item_filtered ON transfers.exception_item (state, kind, currency, due_at, item_id);

CREATE TABLE transfers.compliance_item (
  item_id      text PRIMARY KEY,
  tenant_id    text,
  version      integer NOT NULL,
  subject_kind text NOT NULL,
  subject_id   text NOT NULL,
  title        text NOT NULL,
  state        text NOT NULL CHECK (state IN ('open', 'done')),
  opened_at    timestamptz NOT NULL,
  due_at       timestamptz NOT NULL,
  party_id     text NOT NULL,
  screened     text NOT NULL,
  list         text NOT NULL,
  rule_id      text NOT NULL,
  score        numeric NOT NULL
);
CREATE INDEX compliance_item_due ON transfers.compliance_item (state, due_at, item_id);
CREATE INDEX compliance_item_opened ON transfers.compliance_item (state, opened_at, item_id);
CREATE INDEX compliance_item_filtered ON transfers.compliance_item (state, list, rule_id, due_at, item_id);

CALL kernel.scope_by_tenant('transfers.transfer');
CALL kernel.scope_by_tenant('transfers.party');
CALL kernel.scope_by_tenant('transfers.posting');
CALL kernel.scope_by_tenant('transfers.returns_item');
CALL kernel.scope_by_tenant('transfers.exception_item');
CALL kernel.scope_by_tenant('transfers.compliance_item');

GRANT SELECT ON ALL TABLES IN SCHEMA transfers TO countersign_app, countersign_dispatcher, countersign_auditor;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA transfers TO countersign_sequencer;
