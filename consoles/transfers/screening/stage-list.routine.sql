-- A sanctions list is brought here in parts, under the SHA-256 of what is on it. Nothing reads it before an action that
-- two people agree to names that digest (transfers.take_list_into_force).
--
-- What somebody announces of a version, and the parts that they bring of it, are theirs: a digest is public, and whoever names it may say
-- anything of it. A version that one person has brought whole, and that is what its digest names, stands in transfers.staged_list; what
-- it holds changes no more. The day of its publication is not in the digest: each says it for what they ask for themselves.
DROP FUNCTION IF EXISTS transfers.announce_list(jsonb);
DROP FUNCTION IF EXISTS transfers.stage_list_part(text, integer, jsonb);
DROP FUNCTION IF EXISTS transfers.settle_version(text, text, boolean);

-- The day that a version is published on as two people have agreed to it, or are about to; null where nobody has asked for it.
CREATE OR REPLACE FUNCTION transfers.fixed_day(p_sha256 text, p_list text) RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, transfers, kernel, pg_temp AS $$
  SELECT coalesce(
    (SELECT (e.payload ->> 'published')::date FROM kernel.event e
      WHERE e.stream = 'transfers.sanctions_list/' || p_list AND e.payload ->> 'version' = p_sha256
      ORDER BY e.version DESC LIMIT 1),
    (SELECT (v.decided ->> 'published')::date FROM kernel.action_request q
       JOIN kernel.action_revision v ON v.request_id = q.request_id AND v.revision = q.revision
      WHERE q.target_kind = 'sanctions_list' AND q.target_id = p_list
        AND q.state IN ('pending', 'authorized', 'dispatching', 'outcome_unknown')
        AND v.input ->> 'version' = p_sha256
      LIMIT 1))
$$;

-- The version of a list that somebody has asked for; null where nobody has.
CREATE OR REPLACE FUNCTION transfers.version_asked_for(p_list text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  SELECT v.input ->> 'version' FROM kernel.action_request q
    JOIN kernel.action_revision v ON v.request_id = q.request_id AND v.revision = q.revision
   WHERE q.target_kind = 'sanctions_list' AND q.target_id = p_list AND q.type = 'transfers.take_list_into_force'
     AND q.state = 'pending'
   LIMIT 1
$$;

-- Announces a version, with the audit entry that says who did so and as what. {sha256, by, list, published, entries, names, parts, forget,
-- audit: [entry]}; `forget`: what stands under that digest cannot be read.
--
-- Again as before it changes nothing, so that an import goes on where it was; otherwise than before, or where what came was something else, the
-- person's own parts are forgotten. Of a version that is whole nothing but the day is taken, and none but that of whoever says it.
-- Versions that nobody took into force go within 30 days, what has not arrived whole within one; and of each person's, all but the newest. A
-- version that is whole is theirs who have announced it, whoever brought it: it goes once it is among the newest of none of them.
--
-- Answers {outcome: 'announced' | 'whole', published}; or {outcome: 'fixed', published} and changes nothing, where the version is in force,
-- was, or is asked for, with another day; or {outcome: 'of_another_list', list} and changes nothing, where it stands as one of that list: which
-- list it is of is in the digest, and whether its day may still be said is asked of that list, not of the one that somebody names.
CREATE OR REPLACE FUNCTION transfers.announce_version(p jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, transfers, kernel, pg_temp AS $$
DECLARE
  offered_max constant integer := 5;
  v_sha256    text := p ->> 'sha256';
  v_by        text := p ->> 'by';
  v_day       date := (p ->> 'published')::date;
  fact        jsonb := (p #>> '{audit,0,canonical}')::jsonb;
  held_list   text;
  fixed       date;
  whole       boolean;
BEGIN
  IF jsonb_array_length(p -> 'audit') IS DISTINCT FROM 1 OR NOT coalesce(fact @> jsonb_build_object(
       'kind', 'action', 'action', 'transfers.announce_list', 'outcome', 'executed',
       'actor', jsonb_build_object('id', v_by), 'target', jsonb_build_object('kind', 'sanctions_list', 'id', p ->> 'list'),
       'detail', jsonb_build_object('version', v_sha256, 'published', p -> 'published', 'entries', p -> 'entries',
                                    'names', p -> 'names', 'parts', p -> 'parts')), false) THEN
    RAISE EXCEPTION 'what is announced of % and what is recorded of it differ', v_sha256 USING ERRCODE = 'restrict_violation';
  END IF;
  -- One at a time: who announces the same at once sees what the other has made of it.
  PERFORM pg_advisory_xact_lock(hashtextextended('transfers.announce_list', 0));
  SELECT s.list INTO held_list FROM transfers.staged_list s
   WHERE s.sha256 = v_sha256 AND NOT ((p ->> 'forget')::boolean AND transfers.fixed_day(s.sha256, s.list) IS NULL);
  IF held_list <> p ->> 'list' THEN
    RETURN jsonb_build_object('outcome', 'of_another_list', 'list', held_list);
  END IF;
  fixed := transfers.fixed_day(v_sha256, p ->> 'list');
  IF fixed <> v_day THEN
    RETURN jsonb_build_object('outcome', 'fixed', 'published', fixed);
  END IF;
  PERFORM kernel.insert_audit(p -> 'audit');

  DELETE FROM transfers.staged_list s
   WHERE s.sha256 = v_sha256 AND (p ->> 'forget')::boolean AND transfers.fixed_day(s.sha256, s.list) IS NULL;
  WITH offered AS (
    SELECT s.sha256 FROM transfers.staged_list s
     WHERE s.sha256 <> v_sha256 AND transfers.fixed_day(s.sha256, s.list) IS NULL
  ), ranked AS (
    -- What is announced now is the newest of whoever announces it, and of nobody else.
    SELECT a.sha256, a.announced_at,
           row_number() OVER (PARTITION BY a.announced_by ORDER BY a.announced_at DESC)
             + CASE WHEN a.announced_by = v_by THEN 1 ELSE 0 END AS nth
      FROM transfers.list_announcement a JOIN offered o USING (sha256)
  ), gone AS (
    DELETE FROM transfers.staged_list s USING offered o
     WHERE s.sha256 = o.sha256
       AND NOT EXISTS (SELECT FROM ranked r
                        WHERE r.sha256 = o.sha256 AND r.nth <= offered_max
                          AND r.announced_at >= clock_timestamp() - interval '30 days')
    RETURNING s.sha256
  )
  DELETE FROM transfers.list_announcement a USING gone g WHERE a.sha256 = g.sha256;
  WITH ranked AS (
    SELECT a.sha256, a.announced_by, a.announced_at,
           row_number() OVER (PARTITION BY a.announced_by ORDER BY a.announced_at DESC) AS nth
      FROM transfers.list_announcement a
     WHERE (a.sha256, a.announced_by) <> (v_sha256, v_by)
       AND NOT EXISTS (SELECT FROM transfers.staged_list s WHERE s.sha256 = a.sha256)
  )
  DELETE FROM transfers.list_announcement a USING ranked r
   WHERE (a.sha256, a.announced_by) = (r.sha256, r.announced_by)
     AND (r.announced_at < clock_timestamp() - interval '1 day' OR r.nth >= offered_max);

  whole := EXISTS (SELECT FROM transfers.staged_list s WHERE s.sha256 = v_sha256);
  IF whole AND fixed IS NOT NULL THEN
    -- A former version is among those that were brought last, so that it can be gone back to; what is in force is not.
    UPDATE transfers.staged_list s SET staged_at = clock_timestamp()
     WHERE s.sha256 = v_sha256
       AND s.sha256 IS DISTINCT FROM (SELECT e.payload ->> 'version' FROM kernel.event e
                                       WHERE e.stream = 'transfers.sanctions_list/' || s.list
                                       ORDER BY e.version DESC LIMIT 1);
    RETURN jsonb_build_object('outcome', 'whole', 'published', fixed);
  END IF;
  IF whole THEN
    -- What else is said of it is told by what it holds.
    INSERT INTO transfers.list_announcement (sha256, announced_by, list, published, entries, names, parts)
    SELECT s.sha256, v_by, s.list, v_day, s.entries, s.names, s.parts FROM transfers.staged_list s WHERE s.sha256 = v_sha256
    ON CONFLICT (sha256, announced_by) DO UPDATE SET published = excluded.published, announced_at = clock_timestamp();
    -- Brought last by whoever brought it: others do not decide which of theirs are the newest, and so which of them go.
    UPDATE transfers.staged_list s SET staged_at = clock_timestamp(), published = v_day
     WHERE s.sha256 = v_sha256 AND s.staged_by = v_by;
    RETURN jsonb_build_object('outcome', 'whole', 'published', v_day);
  END IF;
  DELETE FROM transfers.list_announcement a
   WHERE (a.sha256, a.announced_by) = (v_sha256, v_by)
     AND (a.found_wrong OR (a.list, a.entries, a.names, a.parts) IS DISTINCT FROM
          (p ->> 'list', (p ->> 'entries')::integer, (p ->> 'names')::integer, (p ->> 'parts')::integer));
  INSERT INTO transfers.list_announcement (sha256, announced_by, list, published, entries, names, parts)
  VALUES (v_sha256, v_by, p ->> 'list', v_day, (p ->> 'entries')::integer, (p ->> 'names')::integer, (p ->> 'parts')::integer)
  ON CONFLICT (sha256, announced_by) DO UPDATE SET published = excluded.published, announced_at = clock_timestamp();
  RETURN jsonb_build_object('outcome', 'announced', 'published', v_day);
END
$$;

-- One part of a version, of those that this person has announced. The same part again changes nothing. Answers how it stands with theirs: `unknown`
-- where they have announced no such part, `all_there` once there is no other to come, `whole` where the version is, whoever brought it.
CREATE OR REPLACE FUNCTION transfers.bring_list_part(p_sha256 text, p_by text, p_n integer, p_entries jsonb) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, transfers, pg_temp AS $$
DECLARE
  announced transfers.list_announcement;
BEGIN
  -- One part at a time: of two that are brought at once the later counts the other.
  SELECT * INTO announced FROM transfers.list_announcement a WHERE (a.sha256, a.announced_by) = (p_sha256, p_by) FOR UPDATE;
  IF announced.sha256 IS NULL OR p_n NOT BETWEEN 0 AND announced.parts - 1 THEN
    RETURN 'unknown';
  END IF;
  IF EXISTS (SELECT FROM transfers.staged_list s WHERE s.sha256 = p_sha256) THEN
    RETURN 'whole';
  END IF;
  INSERT INTO transfers.announced_part (sha256, announced_by, n, entries) VALUES (p_sha256, p_by, p_n, p_entries)
  ON CONFLICT DO NOTHING;
  RETURN CASE WHEN NOT announced.found_wrong
               AND (SELECT count(*) FROM transfers.announced_part t WHERE (t.sha256, t.announced_by) = (p_sha256, p_by)) = announced.parts
              THEN 'all_there' ELSE 'some_there' END;
END
$$;

-- All that this person announced in this attempt has arrived: it is what the digest names, and stands from then on as the version; or it is
-- something else. Of an attempt that they have begun anew since, it says nothing.
CREATE OR REPLACE FUNCTION transfers.settle_version(p_sha256 text, p_by text, p_attempt uuid, p_as_named boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, transfers, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('transfers.announce_list', 0));
  PERFORM FROM transfers.list_announcement a WHERE (a.sha256, a.announced_by, a.attempt) = (p_sha256, p_by, p_attempt) FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  IF NOT p_as_named THEN
    UPDATE transfers.list_announcement a SET found_wrong = true WHERE (a.sha256, a.announced_by) = (p_sha256, p_by);
    RETURN;
  END IF;
  INSERT INTO transfers.staged_list (sha256, list, published, entries, names, parts, staged_by)
  SELECT a.sha256, a.list, a.published, a.entries, a.names, a.parts, a.announced_by
    FROM transfers.list_announcement a WHERE (a.sha256, a.announced_by) = (p_sha256, p_by)
  ON CONFLICT DO NOTHING;
  IF FOUND THEN
    INSERT INTO transfers.staged_list_part (sha256, n, entries)
    SELECT t.sha256, t.n, t.entries FROM transfers.announced_part t WHERE (t.sha256, t.announced_by) = (p_sha256, p_by);
  END IF;
  -- What others have brought of it is the same, or nothing.
  DELETE FROM transfers.announced_part t WHERE t.sha256 = p_sha256;
END
$$;
REVOKE ALL ON FUNCTION transfers.fixed_day(text, text), transfers.version_asked_for(text), transfers.announce_version(jsonb),
  transfers.bring_list_part(text, text, integer, jsonb), transfers.settle_version(text, text, uuid, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION transfers.announce_version(jsonb), transfers.bring_list_part(text, text, integer, jsonb),
  transfers.settle_version(text, text, uuid, boolean) TO countersign_app;
GRANT EXECUTE ON FUNCTION transfers.version_asked_for(text) TO countersign_app, countersign_dispatcher, countersign_sequencer;
