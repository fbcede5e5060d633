-- What became of an exception is told to the transfer that it was about, and what was decided of its parties as well as what waits.
DROP INDEX transfers.exception_about_transfer;
CREATE INDEX exception_about_transfer ON transfers.exception_about USING gin (transfers);
DROP INDEX transfers.compliance_item_of_party;
CREATE INDEX compliance_item_of_party ON transfers.compliance_item (party_id, state, opened_at) WHERE party_id IS NOT NULL;

-- Made anew: it had heard of exceptions that were raised and resolved alone. And while Recon cannot be read, what it told last is shown.
TRUNCATE transfers.exception_about;
ALTER TABLE transfers.exception_about ADD COLUMN at timestamptz NOT NULL, ADD COLUMN record jsonb NOT NULL;
UPDATE kernel.projection SET position = 0 WHERE name = 'transfers.exception_about';
