-- The accounts that an alert is about, beside what it shows: who is part of what it tells does not see to it themselves.
ALTER TABLE kernel.alert ADD COLUMN about text[] NOT NULL DEFAULT '{}';
-- Of a security event the key ends with who caused it.
UPDATE kernel.alert SET about = ARRAY[regexp_replace(dedupe_key, '^[^/]*/', '')] WHERE kind = 'kernel.security_event';
