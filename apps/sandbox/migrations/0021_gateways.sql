-- What was played for upstreams without keys that write on condition (class C) goes on under a name of its own.
CREATE SCHEMA hosts;
CREATE TABLE hosts.host (
  id text PRIMARY KEY,
  version integer NOT NULL DEFAULT 1,
  routing text NOT NULL DEFAULT 'on' CHECK (routing IN ('on', 'off')),
  weight integer NOT NULL CHECK (weight BETWEEN 0 AND 100)
);
INSERT INTO hosts.host (id, weight) VALUES ('host_north', 50), ('host_south', 30), ('host_west', 20);

-- Payment gateways: by which of them merchants' payments go, and how they fare. Nothing here settles or pays out.
DROP TABLE gateways.gateway;
CREATE TABLE gateways.gateway (
  id text PRIMARY KEY,
  version integer NOT NULL DEFAULT 1,
  name text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('card', 'bank_transfer', 'wallet')),
  status text NOT NULL DEFAULT 'operational' CHECK (status IN ('operational', 'degraded', 'maintenance', 'down')),
  status_since timestamptz NOT NULL,
  status_reason text,
  -- Of those that can take a payment, the lowest priority does, by weight among its equals.
  priority integer NOT NULL CHECK (priority BETWEEN 1 AND 9),
  weight integer NOT NULL CHECK (weight BETWEEN 0 AND 100),
  breaker text NOT NULL DEFAULT 'closed' CHECK (breaker IN ('closed', 'open', 'half_open')),
  breaker_since timestamptz NOT NULL,
  breaker_forced text CHECK (breaker_forced IN ('open', 'closed')),
  breaker_forced_until timestamptz,
  breaker_reason text,
  trips integer NOT NULL DEFAULT 0,
  next_probe_at timestamptz,
  -- Failures in a row while it is closed, successes in a row while it is half open. They move with every payment, and so
  -- are no part of what the version counts.
  failures integer NOT NULL DEFAULT 0,
  trials integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  CHECK (breaker_forced IS NULL OR breaker = breaker_forced),
  CHECK (breaker_forced_until IS NULL OR breaker_forced IS NOT NULL),
  CHECK ((next_probe_at IS NOT NULL) = (breaker = 'open' AND breaker_forced IS NULL))
);
CREATE INDEX gateway_listing ON gateways.gateway (created_at DESC, id DESC);

-- The secret itself is not kept: nobody can show what is not there.
CREATE TABLE gateways.credential (
  gateway_id text NOT NULL REFERENCES gateways.gateway,
  name text NOT NULL,
  sha256 text NOT NULL,
  ends_with text NOT NULL,
  set_at timestamptz NOT NULL,
  PRIMARY KEY (gateway_id, name)
);

CREATE TABLE gateways.incident (
  id text PRIMARY KEY,
  version integer NOT NULL DEFAULT 1,
  gateway_id text NOT NULL REFERENCES gateways.gateway,
  severity text NOT NULL CHECK (severity IN ('minor', 'major', 'critical')),
  title text NOT NULL,
  state text NOT NULL CHECK (state IN ('investigating', 'identified', 'monitoring', 'resolved')),
  opened_at timestamptz NOT NULL,
  resolved_at timestamptz,
  updates jsonb NOT NULL,
  CHECK ((state = 'resolved') = (resolved_at IS NOT NULL))
);
CREATE INDEX incident_listing ON gateways.incident (opened_at DESC, id DESC);
CREATE INDEX incident_by_gateway ON gateways.incident (gateway_id, opened_at DESC, id DESC);

CREATE FUNCTION gateways.gateway_json(g gateways.gateway) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'id', g.id, 'version', g.version, 'name', g.name, 'kind', g.kind,
    'status', g.status, 'status_since', platform.instant(g.status_since), 'status_reason', g.status_reason,
    'priority', g.priority, 'weight', g.weight,
    'breaker', jsonb_build_object('state', g.breaker, 'since', platform.instant(g.breaker_since),
      'forced', g.breaker_forced, 'forced_until', platform.instant(g.breaker_forced_until), 'reason', g.breaker_reason,
      'trips', g.trips, 'next_probe_at', platform.instant(g.next_probe_at)),
    'credentials', coalesce((
      SELECT jsonb_agg(jsonb_build_object('name', c.name, 'ends_with', c.ends_with, 'fingerprint', left(c.sha256, 16),
                                          'set_at', platform.instant(c.set_at)) ORDER BY c.name)
      FROM gateways.credential c WHERE c.gateway_id = g.id), '[]'::jsonb),
    'created_at', platform.instant(g.created_at)))
$$;

CREATE FUNCTION gateways.incident_json(i gateways.incident) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'id', i.id, 'version', i.version, 'gateway_id', i.gateway_id, 'severity', i.severity, 'title', i.title,
    'state', i.state, 'opened_at', platform.instant(i.opened_at), 'resolved_at', platform.instant(i.resolved_at),
    'updates', i.updates))
$$;

-- How long the gateway took to answer: of payments made before it was measured, what theirs would have been.
ALTER TABLE merchants.transaction ADD COLUMN latency_ms integer;

CREATE FUNCTION gateways.drawn_latency(gateway text, chance double precision, timed_out boolean) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN timed_out THEN 10000 ELSE
    round(CASE gateway WHEN 'gw_north' THEN 180 WHEN 'gw_south' THEN 240 WHEN 'gw_purse' THEN 150
                       WHEN 'gw_quay' THEN 420 ELSE 310 END
          * (0.6 + 0.5 * chance + 3 * chance ^ 12))::integer END
$$;

UPDATE merchants.transaction SET latency_ms =
  gateways.drawn_latency(gateway, merchants.chance(id, 0, 'latency'), coalesce(failure_code = 'gateway_timeout', false));
ALTER TABLE merchants.transaction ALTER COLUMN latency_ms SET NOT NULL;
ALTER TABLE merchants.transaction ADD CHECK (latency_ms >= 0);

INSERT INTO platform.event_counter (upstream) VALUES ('gateways');
INSERT INTO platform.webhook_delivery (upstream) VALUES ('gateways');
