-- An empty table like the one given, beside it, with its rights and policies: filled from events by a rebuild while the
-- old one is still read, and then put in its place.
CREATE OR REPLACE FUNCTION kernel.make_next_generation(p_table regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  v_schema text;
  v_name   text;
  v_next   text;
  right_   record;
  policy   record;
BEGIN
  SELECT n.nspname, c.relname INTO STRICT v_schema, v_name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = p_table;
  v_next := v_name || '__next';
  EXECUTE format('DROP TABLE IF EXISTS %I.%I', v_schema, v_next);
  EXECUTE format('CREATE TABLE %I.%I (LIKE %s INCLUDING ALL)', v_schema, v_next, p_table);
  FOR right_ IN
    SELECT pg_get_userbyid(a.grantee) AS grantee, a.privilege_type
      FROM pg_class c, aclexplode(c.relacl) AS a WHERE c.oid = p_table AND a.grantee <> c.relowner
  LOOP
    EXECUTE format('GRANT %s ON %I.%I TO %I', right_.privilege_type, v_schema, v_next, right_.grantee);
  END LOOP;
  FOR policy IN SELECT * FROM pg_policies WHERE schemaname = v_schema AND tablename = v_name LOOP
    EXECUTE format('CREATE POLICY %I ON %I.%I AS %s FOR %s TO %s%s%s', policy.policyname, v_schema, v_next,
                   policy.permissive, policy.cmd,
                   (SELECT string_agg(quote_ident(role), ', ') FROM unnest(policy.roles) AS role),
                   ' USING (' || policy.qual || ')', ' WITH CHECK (' || policy.with_check || ')');
  END LOOP;
  IF (SELECT relrowsecurity FROM pg_class WHERE oid = p_table) THEN
    EXECUTE format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY', v_schema, v_next);
    EXECUTE format('ALTER TABLE %I.%I FORCE ROW LEVEL SECURITY', v_schema, v_next);
  END IF;
END
$$;
REVOKE ALL ON FUNCTION kernel.make_next_generation(regclass) FROM PUBLIC;
