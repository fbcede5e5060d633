-- A view is shared with everybody of its queue, or with those who hold one of these roles (X-11).
ALTER TABLE kernel.saved_view ADD COLUMN roles text[] NOT NULL DEFAULT '{}';
