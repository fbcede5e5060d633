-- Somebody's will, for a time, where what is a gateway's turn goes instead: authorisations alone. Settlements and payouts
-- ask no gateway.
ALTER TABLE gateways.gateway
  ADD COLUMN override_to text REFERENCES gateways.gateway,
  ADD COLUMN override_percent integer CHECK (override_percent BETWEEN 1 AND 100),
  ADD COLUMN override_since timestamptz,
  ADD COLUMN override_until timestamptz,
  ADD COLUMN override_reason text,
  ADD CHECK (num_nulls(override_to, override_percent, override_since, override_until, override_reason) IN (0, 5)),
  ADD CHECK (override_to <> id),
  ADD CHECK (override_until > override_since);

CREATE OR REPLACE FUNCTION gateways.gateway_json(g gateways.gateway) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'id', g.id, 'version', g.version, 'name', g.name, 'kind', g.kind,
    'status', g.status, 'status_since', platform.instant(g.status_since), 'status_reason', g.status_reason,
    'priority', g.priority, 'weight', g.weight,
    'breaker', jsonb_build_object('state', g.breaker, 'since', platform.instant(g.breaker_since),
      'forced', g.breaker_forced, 'forced_until', platform.instant(g.breaker_forced_until), 'reason', g.breaker_reason,
      'trips', g.trips, 'next_probe_at', platform.instant(g.next_probe_at)),
    'override', CASE WHEN g.override_to IS NOT NULL THEN
      jsonb_build_object('to', g.override_to, 'percent', g.override_percent, 'since', platform.instant(g.override_since),
        'until', platform.instant(g.override_until), 'reason', g.override_reason) END,
    'credentials', coalesce((
      SELECT jsonb_agg(jsonb_build_object('name', c.name, 'ends_with', c.ends_with, 'fingerprint', left(c.sha256, 16),
                                          'set_at', platform.instant(c.set_at)) ORDER BY c.name)
      FROM gateways.credential c WHERE c.gateway_id = g.id), '[]'::jsonb),
    'created_at', platform.instant(g.created_at)))
$$;
