-- Where a rule demands it, an effect is begun only when its authorisation stands in a checkpoint that the witness has
-- taken (K-33, invariant I8).
ALTER TABLE kernel.action_revision ADD COLUMN evidence_first boolean NOT NULL DEFAULT false;
ALTER TABLE kernel.outbox ADD COLUMN evidence_first boolean NOT NULL DEFAULT false;
