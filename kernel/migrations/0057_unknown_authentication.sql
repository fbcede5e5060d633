-- A provider need not say when somebody authenticated (OpenID Connect Core §2): nothing is known then, and it is fresh for
-- nothing. Signatures of before keep what they say, 1970.
ALTER TABLE kernel.session ALTER COLUMN authenticated_at DROP NOT NULL;
ALTER TABLE kernel.action_approval ALTER COLUMN authenticated_at DROP NOT NULL;
UPDATE kernel.session SET authenticated_at = NULL WHERE authenticated_at = 'epoch';
