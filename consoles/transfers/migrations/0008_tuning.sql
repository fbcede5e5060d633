-- A rule that is to be tuned stands in the queue of hits; it names no party and no list.
ALTER TABLE transfers.compliance_item
  ALTER COLUMN party_id DROP NOT NULL, ALTER COLUMN screened DROP NOT NULL, ALTER COLUMN list DROP NOT NULL,
  ALTER COLUMN score DROP NOT NULL;

-- What was decided lately, of whichever rule.
CREATE INDEX screening_hit_decided ON transfers.screening_hit (decided_at) WHERE decided_at IS NOT NULL;
