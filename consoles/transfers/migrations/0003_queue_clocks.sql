-- When an item was done, for the share that was done in time; and what is due now, in business hours. Both come from the
-- events: the tables are filled from the first one on.
ALTER TABLE transfers.returns_item ADD COLUMN closed_at timestamptz;
ALTER TABLE transfers.exception_item ADD COLUMN closed_at timestamptz;
ALTER TABLE transfers.compliance_item ADD COLUMN closed_at timestamptz;
CREATE INDEX returns_item_closed ON transfers.returns_item (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX exception_item_closed ON transfers.exception_item (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX compliance_item_closed ON transfers.compliance_item (closed_at) WHERE closed_at IS NOT NULL;

-- A page of any filters is read in order from an index whose leading columns they name (S-07): few values of rail and
-- kind, so where one of them is not asked for, each is read and the results merged.
DROP INDEX transfers.returns_item_filtered;
CREATE INDEX returns_item_by_rail ON transfers.returns_item (state, rail, kind, due_at, item_id);
CREATE INDEX returns_item_by_code ON transfers.returns_item (state, code, rail, kind, due_at, item_id);
CREATE INDEX returns_item_by_currency ON transfers.returns_item (state, currency, rail, kind, due_at, item_id);
DROP INDEX transfers.exception_item_filtered;
CREATE INDEX exception_item_by_kind ON transfers.exception_item (state, kind, due_at, item_id);
CREATE INDEX exception_item_by_currency ON transfers.exception_item (state, currency, kind, due_at, item_id);
DROP INDEX transfers.compliance_item_filtered;
CREATE INDEX compliance_item_by_list ON transfers.compliance_item (state, list, due_at, item_id);
CREATE INDEX compliance_item_by_rule ON transfers.compliance_item (state, rule_id, list, due_at, item_id);

TRUNCATE transfers.returns_item, transfers.exception_item, transfers.compliance_item;
UPDATE kernel.projection SET position = 0 WHERE name IN ('transfers.returns', 'transfers.exceptions', 'transfers.compliance');
