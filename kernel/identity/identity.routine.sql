-- The id wanted, or where another provider's person has it, one of their own: the same subject of another issuer is
-- another person.
CREATE OR REPLACE FUNCTION kernel.free_person_id(p_person text, p_issuer text, p_subject text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  SELECT CASE WHEN EXISTS (SELECT FROM kernel.person WHERE person_id = p_person)
              THEN 'p_' || left(encode(sha256(convert_to(p_issuer || E'\n' || p_subject, 'UTF8')), 'hex'), 32)
              ELSE p_person END
$$;

-- Finds or makes the person behind (issuer, subject) and notes what the identity provider asserts. An assertion older than
-- the newest known changes nothing, and the answer holds the roles that both name.
DROP FUNCTION IF EXISTS kernel.recognise(text, text, text, text, text, text, text, text[]);
CREATE OR REPLACE FUNCTION kernel.recognise(p_person text, p_kind text, p_issuer text, p_subject text, p_name text,
                                            p_email text, p_language text, p_roles text[], p_asserted_at timestamptz,
                                            p_in_person boolean) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  known  kernel.person;
  said   timestamptz := date_trunc('second', least(p_asserted_at, clock_timestamp()));  -- as precise as a token's `iat`
  became text;
  answer jsonb;
BEGIN
  SELECT * INTO known FROM kernel.person WHERE issuer = p_issuer AND subject = p_subject;
  IF NOT FOUND THEN
    INSERT INTO kernel.person (person_id, kind, machine_marked, issuer, subject, display_name, email, language,
                               asserted_roles, asserted_at)
    VALUES (kernel.free_person_id(p_person, p_issuer, p_subject),
            CASE p_kind WHEN 'person' THEN 'person' ELSE 'machine' END, p_kind = 'machine', p_issuer, p_subject, p_name,
            p_email, p_language, p_roles, said)
    ON CONFLICT DO NOTHING;
    SELECT * INTO STRICT known FROM kernel.person WHERE issuer = p_issuer AND subject = p_subject;
  END IF;

  -- A mark of a machine is never taken back. Without one, somebody who signs in at the console is a person after all.
  IF p_kind = 'machine' AND NOT known.machine_marked THEN
    became := CASE known.kind WHEN 'person' THEN 'machine' END;
    UPDATE kernel.person SET kind = 'machine', machine_marked = true WHERE person_id = known.person_id
    RETURNING * INTO known;
  ELSIF p_in_person AND known.kind = 'machine' AND NOT known.machine_marked THEN
    became := 'person';
    UPDATE kernel.person SET kind = 'person' WHERE person_id = known.person_id AND NOT machine_marked
    RETURNING * INTO known;
  END IF;

  -- Written only for a newer assertion: a bearer token is seen on every request. What differs within one second is
  -- taken in the order in which it is seen.
  IF known.asserted_at IS NULL OR said > known.asserted_at
     OR (said = known.asserted_at
         AND (known.asserted_roles, known.display_name, known.email, known.language)
             IS DISTINCT FROM (p_roles, coalesce(p_name, known.display_name), coalesce(p_email, known.email),
                               coalesce(p_language, known.language))) THEN
    UPDATE kernel.person
       SET asserted_roles = p_roles, asserted_at = said, display_name = coalesce(p_name, display_name),
           email = coalesce(p_email, email), language = coalesce(p_language, language)
     WHERE person_id = known.person_id AND (asserted_at IS NULL OR asserted_at <= said);
    SELECT * INTO STRICT known FROM kernel.person WHERE person_id = known.person_id;
  END IF;

  answer := kernel.principal_of(known);
  IF known.asserted_at > said AND NOT (answer ->> 'conflict')::boolean THEN
    known.asserted_roles := ARRAY(SELECT unnest(known.asserted_roles) INTERSECT SELECT unnest(p_roles));
    answer := kernel.principal_of(known);
  END IF;
  IF p_kind <> 'person' THEN
    answer := answer || jsonb_build_object('kind', 'machine');
  END IF;
  RETURN answer || CASE WHEN became IS NULL THEN '{}' ELSE jsonb_build_object('became', became) END;
END
$$;

-- Asked on every request, so one statement whose plan is kept, in place of kernel.current_roles,
-- kernel.roles_in_conflict and kernel.granted_roles, which say the same one by one.
CREATE OR REPLACE FUNCTION kernel.principal_of(p kernel.person) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  granted  text[];
  left_out text[];
  held     text[];
  conflict boolean;
BEGIN
  SELECT array_agg(g.role) FILTER (WHERE NOT kernel.is_against(g.role, p.asserted_roles)),
         array_agg(DISTINCT g.role) FILTER (WHERE kernel.is_against(g.role, p.asserted_roles))
    INTO granted, left_out FROM kernel.role_grant g
   WHERE g.person_id = p.person_id
     AND (g.expires_at IS NULL OR g.expires_at > clock_timestamp())
     AND NOT EXISTS (SELECT FROM kernel.role_revocation r WHERE r.grant_id = g.grant_id);
  SELECT coalesce(array_agg(r.role ORDER BY r.role), '{}'), count(DISTINCT r.side) > 1 INTO held, conflict
    FROM kernel.role r
   WHERE r.role = ANY (p.asserted_roles || granted)
     AND (r.lent_to IS NULL OR r.role = ANY (granted) AND r.lent_to = ANY (p.asserted_roles || granted));
  RETURN jsonb_build_object(
    'id', p.person_id, 'kind', p.kind, 'name', p.display_name, 'language', p.language, 'tenant_id', p.tenant_id,
    'disabled', p.disabled_at IS NOT NULL, 'conflict', conflict,
    'roles', to_jsonb(CASE WHEN conflict OR p.disabled_at IS NOT NULL THEN '{}' ELSE held END))
    || CASE WHEN left_out IS NULL THEN '{}' ELSE jsonb_build_object('left_out', to_jsonb(left_out)) END;
END
$$;

CREATE OR REPLACE FUNCTION kernel.begin_sign_in(p_state text, p_nonce text, p_verifier text, p_return_to text,
                                                p_browser bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  DELETE FROM kernel.sign_in_attempt WHERE created_at < clock_timestamp() - interval '15 minutes';
  INSERT INTO kernel.sign_in_attempt (state, nonce, code_verifier, return_to, browser_hash)
  VALUES (p_state, p_nonce, p_verifier, p_return_to, p_browser)
$$;

-- Used once, by the browser that began it, within ten minutes.
CREATE OR REPLACE FUNCTION kernel.take_sign_in(p_state text, p_browser bytea) RETURNS jsonb
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  DELETE FROM kernel.sign_in_attempt
   WHERE state = p_state AND browser_hash = p_browser AND created_at > clock_timestamp() - interval '10 minutes'
  RETURNING jsonb_build_object('nonce', nonce, 'code_verifier', code_verifier, 'return_to', return_to)
$$;

CREATE OR REPLACE FUNCTION kernel.open_session(p_session uuid, p_token_hash bytea, p_person text, p_issuer_session text,
                                               p_sealed_tokens text, p_authenticated_at timestamptz,
                                               p_idle_s integer, p_absolute_s integer) RETURNS timestamptz
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  INSERT INTO kernel.session (session_id, token_hash, person_id, issuer_session, sealed_tokens, authenticated_at,
                              idle_limit_s, absolute_expires_at)
  VALUES (p_session, p_token_hash, p_person, p_issuer_session, p_sealed_tokens, p_authenticated_at, p_idle_s,
          clock_timestamp() + make_interval(secs => p_absolute_s))
  RETURNING absolute_expires_at
$$;

-- The person behind a session cookie with the roles of this instant, or null. Marks the session as seen at most
-- once a minute.
CREATE OR REPLACE FUNCTION kernel.session_principal(p_token_hash bytea) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  s    kernel.session;
  p    kernel.person;
  asks boolean := false;
BEGIN
  SELECT * INTO s FROM kernel.session
   WHERE token_hash = p_token_hash AND ended_at IS NULL AND absolute_expires_at > clock_timestamp()
     AND last_seen_at > clock_timestamp() - make_interval(secs => idle_limit_s);
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  IF s.last_seen_at < clock_timestamp() - interval '1 minute' THEN
    UPDATE kernel.session SET last_seen_at = clock_timestamp() WHERE session_id = s.session_id;
  END IF;
  -- One request asks the provider, and if it comes to nothing another one does soon; the rest go on with the roles
  -- that were read last.
  IF s.roles_read_at < clock_timestamp() - interval '4 minutes' THEN
    UPDATE kernel.session SET roles_read_at = clock_timestamp() - interval '4 minutes' + interval '15 seconds'
     WHERE session_id = s.session_id AND roles_read_at = s.roles_read_at;
    asks := FOUND;
  END IF;
  SELECT * INTO STRICT p FROM kernel.person WHERE person_id = s.person_id;
  RETURN kernel.principal_of(p) || jsonb_build_object(
    'session_id', s.session_id, 'authenticated_at', kernel.rfc3339(s.authenticated_at),
    'expires_at', kernel.rfc3339(s.absolute_expires_at), 'roles_read_at', kernel.rfc3339(s.roles_read_at),
    'sealed_tokens', CASE WHEN asks THEN s.sealed_tokens END);
END
$$;

-- Roles as the provider asserts them now, for a live session.
CREATE OR REPLACE FUNCTION kernel.refresh_session_roles(p_session uuid, p_roles text[], p_sealed_tokens text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  whose text;
BEGIN
  UPDATE kernel.session SET roles_read_at = clock_timestamp(), sealed_tokens = coalesce(p_sealed_tokens, sealed_tokens)
   WHERE session_id = p_session RETURNING person_id INTO whose;
  -- Asked just now, so there is no newer word.
  UPDATE kernel.person SET asserted_roles = p_roles, asserted_at = date_trunc('second', clock_timestamp())
   WHERE person_id = whose;
END
$$;

CREATE OR REPLACE FUNCTION kernel.end_sessions(p_session uuid, p_issuer_session text, p_person text, p_why text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  ended integer;
BEGIN
  UPDATE kernel.session SET ended_at = clock_timestamp(), ended_why = p_why
   WHERE ended_at IS NULL
     AND (session_id = p_session OR issuer_session = p_issuer_session OR person_id = p_person);
  GET DIAGNOSTICS ended = ROW_COUNT;
  RETURN ended;
END
$$;

-- The live sessions that a logout token of the identity provider is about: the one that it names, and where it names
-- none, all of that person's.
CREATE OR REPLACE FUNCTION kernel.sessions_of_logout(p_issuer text, p_subject text, p_issuer_session text)
RETURNS TABLE (session_id uuid, person_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  SELECT s.session_id, s.person_id
    FROM kernel.session s JOIN kernel.person p USING (person_id)
   WHERE s.ended_at IS NULL AND s.absolute_expires_at > clock_timestamp() AND p.issuer = p_issuer
     AND (p_subject IS NOT NULL OR p_issuer_session IS NOT NULL)
     AND (p_subject IS NULL OR p.subject = p_subject)
     AND (p_issuer_session IS NULL OR s.issuer_session = p_issuer_session)
$$;

-- Ends one session with the entry that says so, of whose it was; false where it was over already.
CREATE OR REPLACE FUNCTION kernel.end_session(p_session uuid, p_why text, p_audit jsonb) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  whose text;
BEGIN
  UPDATE kernel.session SET ended_at = clock_timestamp(), ended_why = p_why
   WHERE session_id = p_session AND ended_at IS NULL
  RETURNING person_id INTO whose;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  IF jsonb_array_length(p_audit) IS DISTINCT FROM 1 OR NOT coalesce((p_audit #>> '{0,canonical}')::jsonb @> jsonb_build_object(
       'kind', 'sign_out', 'actor', jsonb_build_object('id', whose), 'detail', jsonb_build_object('session_id', p_session)),
       false) THEN
    RAISE EXCEPTION 'the entry does not say that this session is over' USING ERRCODE = 'restrict_violation';
  END IF;
  PERFORM kernel.append_audit(p_audit);
  RETURN true;
END
$$;

-- Ends the sessions that a logout token is about, with the entries that say so: one a person, with how many of theirs, or one that
-- there were none. `session_moved` where they are others than the caller has found, who then finds them anew; false where this very
-- token has been taken before.
DROP FUNCTION IF EXISTS kernel.log_out(bytea, uuid[], jsonb);
CREATE OR REPLACE FUNCTION kernel.log_out(p_token_hash bytea, p_issuer text, p_subject text, p_issuer_session text,
                                          p_sessions uuid[], p_audit jsonb) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  ended    uuid[];
  per_head jsonb;
BEGIN
  -- Ten times as long as a token is taken after it was made.
  DELETE FROM kernel.logout_token WHERE seen_at < clock_timestamp() - interval '50 minutes';
  INSERT INTO kernel.logout_token (id_hash) VALUES (p_token_hash) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  WITH over AS (
    UPDATE kernel.session SET ended_at = clock_timestamp(), ended_why = 'signed out at the identity provider'
     WHERE ended_at IS NULL
       AND session_id IN (SELECT session_id FROM kernel.sessions_of_logout(p_issuer, p_subject, p_issuer_session))
    RETURNING session_id, person_id
  )
  SELECT (SELECT coalesce(array_agg(session_id ORDER BY session_id), '{}') FROM over),
         (SELECT coalesce(jsonb_object_agg(person_id, n), '{"anonymous": 0}')
            FROM (SELECT person_id, count(*) AS n FROM over GROUP BY person_id) AS each)
    INTO ended, per_head;
  IF ended <> ARRAY(SELECT unnest(p_sessions) ORDER BY 1) THEN
    RAISE EXCEPTION 'the sessions are others by now' USING ERRCODE = 'CS409', CONSTRAINT = 'session_moved';
  END IF;
  IF per_head IS DISTINCT FROM (
       SELECT jsonb_object_agg(fact #>> '{actor,id}', fact #> '{detail,sessions}')
         FROM jsonb_array_elements(p_audit) AS entry, LATERAL (SELECT (entry ->> 'canonical')::jsonb AS fact) AS said
        WHERE fact ->> 'kind' = 'sign_out')
     OR jsonb_array_length(p_audit) <> (SELECT count(*) FROM jsonb_object_keys(per_head)) THEN
    RAISE EXCEPTION 'the entries do not say whose sessions are over' USING ERRCODE = 'restrict_violation';
  END IF;
  PERFORM kernel.append_audit(p_audit);
  RETURN true;
END
$$;

-- The sessions of somebody that go on, of which neither cookie nor tokens are told.
CREATE OR REPLACE FUNCTION kernel.live_sessions(p_person text)
RETURNS TABLE (session_id uuid, created_at timestamptz, authenticated_at timestamptz, last_seen_at timestamptz, expires_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  SELECT s.session_id, s.created_at, s.authenticated_at, s.last_seen_at,
         least(s.absolute_expires_at, s.last_seen_at + make_interval(secs => s.idle_limit_s))
    FROM kernel.session s
   WHERE s.person_id = p_person AND s.ended_at IS NULL AND s.absolute_expires_at > clock_timestamp()
     AND s.last_seen_at > clock_timestamp() - make_interval(secs => s.idle_limit_s)
   ORDER BY s.created_at DESC, s.session_id
$$;

-- When somebody last signed in at a browser; null where they never did.
CREATE OR REPLACE FUNCTION kernel.last_sign_in(p_person text) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  SELECT s.created_at FROM kernel.session s WHERE s.person_id = p_person ORDER BY s.created_at DESC LIMIT 1
$$;

-- Which of these sessions are over. Asks for nothing but that, and marks none of them as seen.
CREATE OR REPLACE FUNCTION kernel.ended_sessions(p_sessions uuid[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  SELECT asked FROM unnest(p_sessions) AS asked
   WHERE NOT EXISTS (SELECT FROM kernel.session s
                      WHERE s.session_id = asked AND s.ended_at IS NULL
                        AND s.absolute_expires_at > clock_timestamp())
$$;

-- What the provider gave with this session, sealed: its ID token tells the provider which of its own sessions to end.
CREATE OR REPLACE FUNCTION kernel.session_tokens(p_session uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  SELECT sealed_tokens FROM kernel.session WHERE session_id = p_session
$$;

-- Made once, on the server, by the migration login: refused when the console has had an administrator by grant.
-- Answers the id under which the person is known.
DROP FUNCTION IF EXISTS kernel.make_first_administrator(uuid, text, text, text, text);
CREATE FUNCTION kernel.make_first_administrator(p_grant uuid, p_issuer text, p_subject text, p_person text,
                                                p_role text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  made text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('first_administrator'));
  IF EXISTS (SELECT FROM kernel.role_grant g JOIN kernel.role r USING (role)
              WHERE r.console = (SELECT console FROM kernel.role WHERE role = p_role)) THEN
    RAISE EXCEPTION 'this console already has had an administrator; further roles are granted by two people'
      USING ERRCODE = 'CS409', CONSTRAINT = 'administrator_exists';
  END IF;
  IF NOT EXISTS (SELECT FROM kernel.role WHERE role = p_role) THEN
    RAISE EXCEPTION 'there is no role "%"', p_role USING ERRCODE = 'CS409', CONSTRAINT = 'no_such_role';
  END IF;
  INSERT INTO kernel.person (person_id, kind, issuer, subject)
  VALUES (kernel.free_person_id(p_person, p_issuer, p_subject), 'person', p_issuer, p_subject)
  ON CONFLICT (issuer, subject) DO NOTHING;
  INSERT INTO kernel.role_grant (grant_id, person_id, role, granted_by)
  SELECT p_grant, person_id, p_role, 'cli' FROM kernel.person WHERE issuer = p_issuer AND subject = p_subject
  RETURNING person_id INTO made;
  RETURN made;
END
$$;

REVOKE ALL ON FUNCTION
  kernel.recognise(text, text, text, text, text, text, text, text[], timestamptz, boolean), kernel.principal_of(kernel.person),
  kernel.free_person_id(text, text, text),
  kernel.begin_sign_in(text, text, text, text, bytea), kernel.take_sign_in(text, bytea),
  kernel.open_session(uuid, bytea, text, text, text, timestamptz, integer, integer), kernel.session_principal(bytea),
  kernel.refresh_session_roles(uuid, text[], text), kernel.end_sessions(uuid, text, text, text),
  kernel.session_tokens(uuid), kernel.live_sessions(text), kernel.last_sign_in(text), kernel.ended_sessions(uuid[]),
  kernel.sessions_of_logout(text, text, text),
  kernel.log_out(bytea, text, text, text, uuid[], jsonb), kernel.end_session(uuid, text, jsonb),
  kernel.make_first_administrator(uuid, text, text, text, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION kernel.end_sessions(uuid, text, text, text) FROM countersign_app;
GRANT EXECUTE ON FUNCTION
  kernel.recognise(text, text, text, text, text, text, text, text[], timestamptz, boolean),
  kernel.begin_sign_in(text, text, text, text, bytea), kernel.take_sign_in(text, bytea),
  kernel.open_session(uuid, bytea, text, text, text, timestamptz, integer, integer), kernel.session_principal(bytea),
  kernel.refresh_session_roles(uuid, text[], text),
  kernel.session_tokens(uuid), kernel.live_sessions(text), kernel.last_sign_in(text), kernel.ended_sessions(uuid[]),
  kernel.sessions_of_logout(text, text, text),
  kernel.log_out(bytea, text, text, text, uuid[], jsonb), kernel.end_session(uuid, text, jsonb)
  TO countersign_app;
GRANT EXECUTE ON FUNCTION kernel.last_sign_in(text) TO countersign_auditor;
