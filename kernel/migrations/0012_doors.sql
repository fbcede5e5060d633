-- Marked by the provider itself as a client that speaks for itself: that is never taken back, neither by a later
-- token nor by a sign-in. A machine without the mark is one of which nothing has shown that it is a person.
ALTER TABLE kernel.person ADD COLUMN machine_marked boolean NOT NULL DEFAULT false;
UPDATE kernel.person SET machine_marked = true WHERE kind = 'machine';
ALTER TABLE kernel.person ADD CONSTRAINT marked_is_machine CHECK (NOT machine_marked OR kind = 'machine');

-- The same malformed delivery, sent again, is one dead letter. Keyed, so that nothing can be guessed from it.
ALTER TABLE kernel.dead_letter ADD COLUMN body_digest bytea CHECK (octet_length(body_digest) = 32);
ALTER TABLE kernel.dead_letter ADD COLUMN times integer NOT NULL DEFAULT 1 CHECK (times >= 1);
CREATE UNIQUE INDEX dead_letter_once ON kernel.dead_letter (source, body_digest);
