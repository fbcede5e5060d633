-- What may have settled a hit, in the order in which it happened: a hit that was raised or decided, and a freeze, or its end, that was
-- carried out or agreed to. Screening goes through them once and notes how far it has come, so that nothing it cannot settle is looked at for ever.
ALTER TABLE transfers.screening_hit ADD COLUMN position bigint NOT NULL DEFAULT 0;   -- of its last event
CREATE INDEX screening_hit_position ON transfers.screening_hit (position);
CREATE INDEX screening_hit_raised ON transfers.screening_hit (rule_id, raised_at);
DROP INDEX transfers.screening_hit_unsettled;

CREATE TABLE transfers.freeze_decision (
  position   bigint PRIMARY KEY,
  tenant_id  text,
  request_id uuid NOT NULL
);
CALL kernel.scope_by_tenant('transfers.freeze_decision');
GRANT SELECT ON transfers.freeze_decision TO countersign_app, countersign_dispatcher, countersign_auditor;
GRANT SELECT, INSERT, UPDATE, DELETE ON transfers.freeze_decision TO countersign_sequencer;

CREATE TABLE transfers.settled_up_to (
  one      boolean PRIMARY KEY DEFAULT true CHECK (one),
  position bigint NOT NULL
);
INSERT INTO transfers.settled_up_to (position) VALUES (0);
GRANT SELECT ON transfers.settled_up_to TO countersign_app, countersign_dispatcher, countersign_auditor;
GRANT SELECT, UPDATE ON transfers.settled_up_to TO countersign_sequencer;

-- Of every hit it is now known where its last event stands.
TRUNCATE transfers.screening_hit;
UPDATE kernel.projection SET position = 0 WHERE name = 'transfers.screening_hit';
