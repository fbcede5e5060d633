CREATE SCHEMA compliance;

CREATE TABLE compliance.party (
  id text PRIMARY KEY,
  version integer NOT NULL DEFAULT 1,
  kind text NOT NULL CHECK (kind IN ('person', 'company')),
  name text NOT NULL,
  country text NOT NULL,
  date_of_birth date,
  frozen_since timestamptz,
  freeze_reason text,
  created_at timestamptz NOT NULL,
  CHECK ((frozen_since IS NULL) = (freeze_reason IS NULL))
);
CREATE INDEX party_listing ON compliance.party (created_at DESC, id DESC);

CREATE TABLE compliance.hit (
  id text PRIMARY KEY,
  version integer NOT NULL DEFAULT 1,
  party_id text NOT NULL REFERENCES compliance.party,
  screened_name text NOT NULL,
  listed_name text NOT NULL,
  list text NOT NULL,
  list_version text NOT NULL,
  score numeric(3, 2) NOT NULL,
  rule_id text NOT NULL,
  identifiers jsonb NOT NULL,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'true_match', 'cleared')),
  raised_at timestamptz NOT NULL
);
CREATE INDEX hit_listing ON compliance.hit (raised_at DESC, id DESC);
CREATE INDEX hit_by_party ON compliance.hit (party_id);

CREATE TABLE compliance.rule_override (
  id text PRIMARY KEY,
  hit_id text NOT NULL REFERENCES compliance.hit,
  rule_id text NOT NULL,
  party_id text NOT NULL REFERENCES compliance.party,
  reason text NOT NULL,
  note text,
  recorded_at timestamptz NOT NULL
);

CREATE FUNCTION compliance.party_json(p compliance.party) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'id', p.id, 'version', p.version, 'kind', p.kind, 'name', p.name, 'country', p.country,
    'date_of_birth', p.date_of_birth::text, 'frozen', p.frozen_since IS NOT NULL,
    'frozen_since', platform.instant(p.frozen_since), 'freeze_reason', p.freeze_reason))
$$;

CREATE FUNCTION compliance.hit_json(h compliance.hit) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_build_object(
    'id', h.id, 'version', h.version, 'party_id', h.party_id, 'screened_name', h.screened_name,
    'listed_name', h.listed_name, 'list', h.list, 'list_version', h.list_version,
    'score', h.score::float8, 'rule_id', h.rule_id, 'identifiers', h.identifiers, 'state', h.state,
    'raised_at', platform.instant(h.raised_at))
$$;

CREATE FUNCTION compliance.override_json(o compliance.rule_override) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'id', o.id, 'version', 1, 'hit_id', o.hit_id, 'rule_id', o.rule_id, 'party_id', o.party_id,
    'reason', o.reason, 'note', o.note, 'recorded_at', platform.instant(o.recorded_at)))
$$;
