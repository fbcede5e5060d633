-- The edge of the platform: what merchants may send, how often, and from where.
CREATE SCHEMA edge;

CREATE TABLE edge.rate_limit (
  id text PRIMARY KEY,
  version integer NOT NULL DEFAULT 1,
  -- Absent: of all merchants together.
  merchant_id text,
  -- How a path begins.
  route text NOT NULL,
  max_requests integer NOT NULL CHECK (max_requests BETWEEN 1 AND 1000000),
  window_s integer NOT NULL CHECK (window_s BETWEEN 1 AND 86400),
  burst integer NOT NULL CHECK (burst BETWEEN 0 AND 1000000),
  state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'withdrawn')),
  reason text,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL
);
CREATE INDEX rate_limit_listing ON edge.rate_limit (created_at DESC, id DESC);
CREATE UNIQUE INDEX rate_limit_once ON edge.rate_limit (coalesce(merchant_id, ''), route, window_s)
  WHERE state = 'active';

-- The bucket of a limit: `tokens` were in it at `at`. It holds at most limit and burst together, and gains the limit in a
-- window.
CREATE TABLE edge.bucket (
  limit_id text PRIMARY KEY REFERENCES edge.rate_limit,
  tokens double precision NOT NULL,
  at timestamptz NOT NULL
);

CREATE TABLE edge.allowlist (
  id text PRIMARY KEY,
  version integer NOT NULL DEFAULT 1,
  -- Absent: of the operators' console.
  merchant_id text,
  -- [{name, cidr, expires_at?}], as they were made regular.
  entries jsonb NOT NULL,
  state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'withdrawn')),
  reason text,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL
);
CREATE INDEX allowlist_listing ON edge.allowlist (created_at DESC, id DESC);
CREATE UNIQUE INDEX allowlist_once ON edge.allowlist (coalesce(merchant_id, '')) WHERE state = 'active';

-- Every version of a limit or a list, as it was.
CREATE TABLE edge.version (
  record_id text NOT NULL,
  version integer NOT NULL,
  at timestamptz NOT NULL,
  record jsonb NOT NULL,
  PRIMARY KEY (record_id, version)
);

-- What came to the edge in a minute. `refused_by` is the limit or the list; empty: it was let through.
CREATE TABLE edge.traffic (
  minute timestamptz NOT NULL,
  merchant_id text NOT NULL,
  route text NOT NULL,
  refused_by text NOT NULL DEFAULT '',
  requests bigint NOT NULL,
  PRIMARY KEY (minute, merchant_id, route, refused_by)
);
CREATE INDEX traffic_refused ON edge.traffic (refused_by, minute) WHERE refused_by <> '';

CREATE FUNCTION edge.rate_limit_json(l edge.rate_limit) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'id', l.id, 'version', l.version, 'scope', CASE WHEN l.merchant_id IS NULL THEN 'global' ELSE 'merchant' END,
    'merchant_id', l.merchant_id, 'route', l.route, 'limit', l.max_requests, 'window_s', l.window_s, 'burst', l.burst,
    'state', l.state, 'reason', l.reason, 'created_at', platform.instant(l.created_at),
    'changed_at', platform.instant(l.changed_at)))
$$;

CREATE FUNCTION edge.allowlist_json(a edge.allowlist) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'id', a.id, 'version', a.version, 'scope', CASE WHEN a.merchant_id IS NULL THEN 'console' ELSE 'merchant' END,
    'merchant_id', a.merchant_id, 'entries', a.entries, 'state', a.state, 'reason', a.reason,
    'created_at', platform.instant(a.created_at), 'changed_at', platform.instant(a.changed_at)))
$$;

INSERT INTO platform.event_counter (upstream) VALUES ('edge');
INSERT INTO platform.webhook_delivery (upstream) VALUES ('edge');
