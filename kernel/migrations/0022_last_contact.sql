-- When the upstream last answered, for what is shown of it to say how old it may be.
ALTER TABLE kernel.poll_cursor ADD COLUMN heard_at timestamptz NOT NULL DEFAULT clock_timestamp();
