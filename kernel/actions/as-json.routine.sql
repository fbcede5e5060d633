-- Values as they stand in JSON. (Routines are applied in the order of their paths; those that ask for these stand behind them.)

CREATE OR REPLACE FUNCTION kernel.text_array(p jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(array_agg(value), '{}') FROM jsonb_array_elements_text(p) AS value
$$;

-- RFC 3339 in UTC with milliseconds, as everything on the wire.
CREATE OR REPLACE FUNCTION kernel.rfc3339(p timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT to_char(p AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

CREATE OR REPLACE FUNCTION kernel.has_only(p jsonb, p_members text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT p - p_members = '{}'
$$;
