-- Whoever's key is erased is not found any more.
CREATE OR REPLACE FUNCTION kernel.forget_names() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
BEGIN
  DELETE FROM kernel.search_name WHERE subject = OLD.subject;
  RETURN NULL;
END
$$;
-- A trigger needs nobody's leave to run; anybody's leave would let anybody put it on a table of their own.
REVOKE ALL ON FUNCTION kernel.forget_names() FROM PUBLIC;
DROP TRIGGER IF EXISTS forget_names ON kernel.subject_key;
CREATE TRIGGER forget_names AFTER DELETE ON kernel.subject_key
  FOR EACH ROW EXECUTE FUNCTION kernel.forget_names();
ALTER TABLE kernel.subject_key ENABLE ALWAYS TRIGGER forget_names;

-- Names that meet one of these ways: each a list of words, all of which have to be met, as {any, sure}: hashes of which one stands
-- with the name; where `sure` is given, whoever may not reveal such a person's name meets it by one of these alone.
-- A routine of the owner, since `&&` is not leakproof: under the policy of rows the index on tokens would never be used. What the
-- policy says of tenants is therefore asked here.
CREATE OR REPLACE FUNCTION kernel.names_met(p_ways jsonb, p_consoles text[], p_tenants text[], p_revealable text[],
                                            p_limit integer)
RETURNS TABLE (kind text, id text, part text, subject text, words smallint, tokens bigint[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp
-- However many names there are: at most those of the rarest word are read.
SET enable_seqscan = off AS $$
DECLARE
  way  jsonb;
  said text;
BEGIN
  FOR way IN SELECT jsonb_array_elements(p_ways) LOOP
    SELECT string_agg(
             format('s.tokens && %L::bigint[]', kernel.tokens_of(word -> 'any'))
             || CASE WHEN word ? 'sure' THEN
                  format(' AND (s.subject IS NULL OR s.kind = ANY ($3) OR s.tokens && %L::bigint[])',
                         kernel.tokens_of(word -> 'sure')) ELSE '' END, ' AND ')
      INTO said FROM jsonb_array_elements(way) AS word;
    RETURN QUERY EXECUTE
      'SELECT s.kind, s.id, s.part, s.subject, s.words, s.tokens FROM kernel.search_name s
        WHERE ' || said || ' AND s.console = ANY ($1) AND kernel.visible_tenant(s.tenant_id)
          AND (s.tenant_id IS NULL OR s.tenant_id = ANY ($2)) LIMIT $4'
      USING p_consoles, p_tenants, p_revealable, p_limit;
  END LOOP;
END
$$;
CREATE OR REPLACE FUNCTION kernel.tokens_of(p_tokens jsonb) RETURNS bigint[]
LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(array_agg(token::bigint), '{}') FROM jsonb_array_elements_text(p_tokens) AS token
$$;
REVOKE ALL ON FUNCTION kernel.names_met(jsonb, text[], text[], text[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.names_met(jsonb, text[], text[], text[], integer) TO countersign_app;
