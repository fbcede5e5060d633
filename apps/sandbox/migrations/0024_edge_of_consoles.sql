-- A limit, as a list already could be, may be of the operators of one console. Which console it is stands with both.
ALTER TABLE edge.rate_limit
  ADD COLUMN console text,
  ADD CONSTRAINT rate_limit_of_one CHECK (merchant_id IS NULL OR console IS NULL);
ALTER TABLE edge.allowlist ADD COLUMN console text;
UPDATE edge.allowlist SET console = 'platform' WHERE merchant_id IS NULL;
ALTER TABLE edge.allowlist ADD CONSTRAINT allowlist_of_one CHECK ((merchant_id IS NULL) <> (console IS NULL));

DROP INDEX edge.rate_limit_once;
CREATE UNIQUE INDEX rate_limit_once ON edge.rate_limit (coalesce(merchant_id, ''), coalesce(console, ''), route, window_s)
  WHERE state = 'active';
DROP INDEX edge.allowlist_once;
CREATE UNIQUE INDEX allowlist_once ON edge.allowlist (coalesce(merchant_id, ''), coalesce(console, ''))
  WHERE state = 'active';

CREATE OR REPLACE FUNCTION edge.rate_limit_json(l edge.rate_limit) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'id', l.id, 'version', l.version,
    'scope', CASE WHEN l.merchant_id IS NOT NULL THEN 'merchant' WHEN l.console IS NOT NULL THEN 'console' ELSE 'global' END,
    'merchant_id', l.merchant_id, 'console', l.console, 'route', l.route, 'limit', l.max_requests,
    'window_s', l.window_s, 'burst', l.burst, 'state', l.state, 'reason', l.reason,
    'created_at', platform.instant(l.created_at), 'changed_at', platform.instant(l.changed_at)))
$$;

CREATE OR REPLACE FUNCTION edge.allowlist_json(a edge.allowlist) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'id', a.id, 'version', a.version, 'scope', CASE WHEN a.merchant_id IS NULL THEN 'console' ELSE 'merchant' END,
    'merchant_id', a.merchant_id, 'console', a.console, 'entries', a.entries, 'state', a.state, 'reason', a.reason,
    'created_at', platform.instant(a.created_at), 'changed_at', platform.instant(a.changed_at)))
$$;
