-- A sanctions list is brought here in parts, under the SHA-256 of what is on it. Nothing reads it before an action that
-- two people agree to names that digest (transfers.take_list_into_force).

-- Announces a version. Announced again it changes nothing, unless it was found to be another than its digest says: then its parts
-- are forgotten. Versions that nobody took into force within 30 days go.
CREATE OR REPLACE FUNCTION transfers.announce_list(p jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, transfers, kernel, pg_temp AS $$
BEGIN
  DELETE FROM transfers.staged_list s
   WHERE s.staged_at < clock_timestamp() - interval '30 days' AND s.sha256 <> p ->> 'sha256'
     AND NOT EXISTS (SELECT FROM kernel.event e
                      WHERE e.stream = 'transfers.sanctions_list/' || s.list AND e.payload ->> 'version' = s.sha256);
  IF (p ->> 'forget')::boolean THEN
    DELETE FROM transfers.staged_list_part WHERE sha256 = p ->> 'sha256';
  END IF;
  INSERT INTO transfers.staged_list (sha256, list, published, entries, names, parts, staged_by)
  VALUES (p ->> 'sha256', p ->> 'list', (p ->> 'published')::date, (p ->> 'entries')::integer, (p ->> 'names')::integer,
          (p ->> 'parts')::integer, p ->> 'staged_by')
  ON CONFLICT (sha256) DO NOTHING;
END
$$;

-- One part of an announced version. The same part again changes nothing.
CREATE OR REPLACE FUNCTION transfers.stage_list_part(p_sha256 text, p_n integer, p_entries jsonb) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, transfers, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM transfers.staged_list s WHERE s.sha256 = p_sha256 AND p_n BETWEEN 0 AND s.parts - 1) THEN
    RETURN false;
  END IF;
  INSERT INTO transfers.staged_list_part (sha256, n, entries) VALUES (p_sha256, p_n, p_entries) ON CONFLICT DO NOTHING;
  RETURN true;
END
$$;
REVOKE ALL ON FUNCTION transfers.announce_list(jsonb), transfers.stage_list_part(text, integer, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION transfers.announce_list(jsonb), transfers.stage_list_part(text, integer, jsonb) TO countersign_app;
