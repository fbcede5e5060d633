-- Of which party and entry people have agreed that they are not the same: what is found of them again is recorded and not raised.
CREATE TABLE transfers.pair_rule (
  pair      text PRIMARY KEY,
  tenant_id text,
  version   integer NOT NULL,                -- of its stream
  party_id  text NOT NULL,
  list      text NOT NULL,
  uid       text NOT NULL,
  score     numeric NOT NULL,                -- of the hit that it was agreed on; what scores more is raised
  until     timestamptz NOT NULL             -- withdrawn: when that was
);
CREATE INDEX pair_rule_of ON transfers.pair_rule (party_id, list, uid);
CALL kernel.scope_by_tenant('transfers.pair_rule');
GRANT SELECT ON transfers.pair_rule TO countersign_app, countersign_dispatcher, countersign_auditor;
GRANT SELECT, INSERT, UPDATE, DELETE ON transfers.pair_rule TO countersign_sequencer;

-- Suppressed by the rule that is in force for its pair; raised after all once that is over.
ALTER TABLE transfers.screening_finding ADD COLUMN suppressed_at timestamptz;

-- What a freeze may have settled is looked for among these.
CREATE INDEX screening_hit_unsettled ON transfers.screening_hit (party_id) WHERE uid IS NOT NULL AND state IN ('open', 'true_match');
