-- Which identifiers of a party and an entry fit each other, beside the score, which is never more than 1: a rule for a pair keeps
-- back what fits no more than what it was agreed on.
ALTER TABLE transfers.screening_finding ADD COLUMN fits text[] NOT NULL DEFAULT '{}';
ALTER TABLE transfers.pair_rule ADD COLUMN fits text[] NOT NULL DEFAULT '{}';

-- How many parties have been compared is told by how far it has come; everybody is compared once more, for what fits of them.
ALTER TABLE transfers.list_screening DROP COLUMN parties;
UPDATE transfers.list_screening SET position = 0;
