-- What a file holds, whatever its bytes: lines that end in another way, or a filler more, are the same file again.
ALTER TABLE platform.staged_file ADD COLUMN content text;
CREATE UNIQUE INDEX staged_file_content ON platform.staged_file (upstream, content) WHERE state = 'committed';

-- A bank's statement is known by its account, its number there and its period; a report of the day under way is none.
ALTER TABLE recon.statement ADD COLUMN intraday boolean NOT NULL DEFAULT false;
CREATE INDEX statement_identity ON recon.statement (account, bank_id) WHERE NOT intraday;
