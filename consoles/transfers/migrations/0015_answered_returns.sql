-- Until when an item has to be answered by the rail's rules, and until when it can be: of a return the latter alone.
ALTER TABLE transfers.returns_item ADD COLUMN answer_by timestamptz;
ALTER TABLE transfers.returns_item ADD COLUMN until_at timestamptz;

-- What is in the queue is made again from the events: an item now says more than it did.
TRUNCATE transfers.returns_item;
UPDATE kernel.projection SET position = 0 WHERE name = 'transfers.returns';

-- Which transfers an exception may be about, so that their pages lead to it.
CREATE TABLE transfers.exception_about (
  exception_id text PRIMARY KEY,
  tenant_id    text,
  version      integer NOT NULL,
  state        text NOT NULL,
  opened_at    timestamptz NOT NULL,
  title        text NOT NULL,
  transfers    text[] NOT NULL
);
CREATE INDEX exception_about_transfer ON transfers.exception_about USING gin (transfers) WHERE state = 'open';
CREATE INDEX compliance_item_of_party ON transfers.compliance_item (party_id, opened_at) WHERE state = 'open';
CALL kernel.scope_by_tenant('transfers.exception_about');
GRANT SELECT ON transfers.exception_about TO countersign_app, countersign_dispatcher, countersign_auditor;
GRANT SELECT, INSERT, UPDATE, DELETE ON transfers.exception_about TO countersign_sequencer;
