-- A page of three filters read four rows of the table for each that it shows: what is filtered beside the leading columns
-- is now the last column of each index, so that only rows that are shown are fetched (S-07).
DROP INDEX transfers.returns_item_by_rail;
DROP INDEX transfers.returns_item_by_code;
DROP INDEX transfers.returns_item_by_currency;
CREATE INDEX returns_item_by_rail ON transfers.returns_item (state, rail, kind, due_at, item_id, currency);
CREATE INDEX returns_item_by_code ON transfers.returns_item (state, code, rail, kind, due_at, item_id, currency);
CREATE INDEX returns_item_by_currency ON transfers.returns_item (state, currency, rail, kind, due_at, item_id, code);
DROP INDEX transfers.exception_item_by_kind;
CREATE INDEX exception_item_by_kind ON transfers.exception_item (state, kind, due_at, item_id, currency);
DROP INDEX transfers.compliance_item_by_list;
CREATE INDEX compliance_item_by_list ON transfers.compliance_item (state, list, due_at, item_id, rule_id);
