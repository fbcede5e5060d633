-- What a file holds, whatever its bytes: lines that end in another way, or a filler more, are the same file again.
ALTER TABLE platform.staged_file ADD COLUMN content text;

-- Whatever is staged anew has a version that nothing had before, also after it was discarded: who commits names the one
-- that was looked at.
CREATE SEQUENCE platform.staged_version;
ALTER TABLE platform.staged_file ADD COLUMN version bigint NOT NULL DEFAULT nextval('platform.staged_version');

CREATE UNIQUE INDEX staged_file_content ON platform.staged_file (upstream, content) WHERE state = 'committed';

-- A bank's statement is known by its account, its number there and its period; a report of the day under way is none.
ALTER TABLE recon.statement ADD COLUMN intraday boolean NOT NULL DEFAULT false;
CREATE INDEX statement_identity ON recon.statement (account, bank_id) WHERE NOT intraday;

-- Whether a person or a company was screened: a company's name is no personal data.
CREATE OR REPLACE FUNCTION compliance.hit_json(h compliance.hit) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_build_object(
    'id', h.id, 'version', h.version, 'party_id', h.party_id,
    'party_kind', (SELECT p.kind FROM compliance.party p WHERE p.id = h.party_id), 'screened_name', h.screened_name,
    'listed_name', h.listed_name, 'list', h.list, 'list_version', h.list_version,
    'score', h.score::float8, 'rule_id', h.rule_id, 'identifiers', h.identifiers, 'state', h.state,
    'raised_at', platform.instant(h.raised_at))
$$;
