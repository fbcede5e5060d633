-- How much somebody has open, but for one item that is being given to them. Of what they were given, the newest thousand
-- count: who has more has more than enough.
CREATE OR REPLACE FUNCTION kernel.open_items(p_console text, p_person text, p_but_queue text, p_but_item text) RETURNS integer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  v_queue kernel.queue;
  v_count integer;
  v_sum   integer := 0;
BEGIN
  FOR v_queue IN SELECT * FROM kernel.queue WHERE split_part(name, '.', 1) = p_console ORDER BY name LOOP
    EXECUTE format(
      $q$SELECT count(*) FROM (
           (SELECT item_id FROM kernel.assignment WHERE assignee = $1 AND queue = $2 ORDER BY assigned_at DESC LIMIT 1000)
           UNION
           SELECT item_id FROM kernel.work_offer
            WHERE person_id = $1 AND queue = $2 AND until > clock_timestamp()
              AND (queue, item_id) IS DISTINCT FROM ($3, $4)) AS has
         JOIN %s q USING (item_id) WHERE q.state = 'open'$q$, v_queue.item_table)
      INTO v_count USING p_person, v_queue.name, p_but_queue, p_but_item;
    v_sum := v_sum + v_count;
  END LOOP;
  RETURN v_sum;
END
$$;

-- The people who work a queue: those who hold a role of its console now, with what is known of how they work.
DROP FUNCTION IF EXISTS kernel.operators(text, text);
CREATE OR REPLACE FUNCTION kernel.operators(p_queue text, p_but_item text DEFAULT NULL)
RETURNS TABLE (person_id text, name text, skills text[], max_open integer, away_from timestamptz, away_until timestamptz,
               away boolean, open integer, turn bigint, roles text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  SELECT p.person_id, coalesce(p.display_name, p.person_id), coalesce(o.skills, '{}'), o.max_open, o.away_from, o.away_until,
         coalesce(o.away_until > clock_timestamp() AND coalesce(o.away_from <= clock_timestamp(), true), false),
         kernel.open_items(split_part(p_queue, '.', 1), p.person_id, p_queue, p_but_item), coalesce(t.turn, 0),
         ARRAY(SELECT role FROM unnest(kernel.current_roles(p.person_id)) AS role
                WHERE role LIKE split_part(p_queue, '.', 1) || '/%' ORDER BY role)
    FROM kernel.person p
    LEFT JOIN kernel.operator o ON o.console = split_part(p_queue, '.', 1) AND o.person_id = p.person_id
    LEFT JOIN kernel.work_turn t ON t.queue = p_queue AND t.person_id = p.person_id
   WHERE p.kind = 'person' AND p.disabled_at IS NULL
     AND kernel.current_roles(p.person_id)
         && (SELECT coalesce(array_agg(role), '{}') FROM kernel.role WHERE console = split_part(p_queue, '.', 1))
   ORDER BY p.person_id LIMIT 500
$$;

-- Sets aside for somebody the most urgent item that nobody has and that is none of another's just now: in one statement,
-- and past those that others are reaching for at this moment. @returns its id, or null where there is none
CREATE OR REPLACE FUNCTION kernel.offer_next_item(p_queue text, p_person text, p_lease_ms integer) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  v_queue  kernel.queue;
  v_skills text[];
  v_item   text;
BEGIN
  SELECT * INTO v_queue FROM kernel.queue WHERE name = p_queue;
  SELECT skills INTO v_skills FROM kernel.operator
   WHERE console = split_part(p_queue, '.', 1) AND person_id = p_person;
  -- A statement that began before another's offer was there takes nothing, and is made again.
  FOR attempt IN 1 .. 5 LOOP
    EXECUTE format(
      $q$WITH next AS (
           SELECT q.item_id FROM %s q
             LEFT JOIN kernel.assignment a ON a.queue = $1 AND a.item_id = q.item_id
             LEFT JOIN kernel.work_offer o ON o.queue = $1 AND o.item_id = q.item_id AND o.until > clock_timestamp()
            WHERE q.state = 'open' AND a.assignee IS NULL AND o.item_id IS NULL
              AND (a.snoozed_until IS NULL OR a.snoozed_until <= clock_timestamp())
              AND kernel.visible_tenant(q.tenant_id) AND (%s)
            ORDER BY q.due_at, q.item_id LIMIT 1 FOR UPDATE OF q SKIP LOCKED)
         INSERT INTO kernel.work_offer AS w (queue, item_id, person_id, until)
         SELECT $1, item_id, $2, clock_timestamp() + $3 * interval '1 millisecond' FROM next
         ON CONFLICT (queue, item_id) DO UPDATE SET person_id = excluded.person_id, until = excluded.until
          WHERE w.until <= clock_timestamp()
         RETURNING item_id$q$,
      v_queue.item_table,
      CASE WHEN v_queue.skill_column IS NULL THEN 'true'
           ELSE format('cardinality(coalesce($4, ''{}'')) = 0 OR q.%I = ANY ($4)', v_queue.skill_column) END)
      INTO v_item USING p_queue, p_person, p_lease_ms, v_skills;
    EXIT WHEN v_item IS NOT NULL;
  END LOOP;
  RETURN v_item;
END
$$;

-- The item that was set aside goes to nobody by this; others may have it again.
CREATE OR REPLACE FUNCTION kernel.withdraw_offer(p_queue text, p_item text, p_person text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  DELETE FROM kernel.work_offer WHERE queue = p_queue AND item_id = p_item AND person_id = p_person
$$;

-- Finds somebody for each of these items that nobody has: by turns, or by who knows how and has least to do. Nobody who is
-- away or has as much open as they may; where some people are named, nobody else. Of two calls for one queue the second sees what the
-- first has given.
DROP FUNCTION IF EXISTS kernel.offer_to_people(text, text[], text, integer);
CREATE OR REPLACE FUNCTION kernel.offer_to_people(p_queue text, p_items text[], p_method text, p_lease_ms integer,
                                                  p_among text[] DEFAULT NULL)
RETURNS TABLE (item_id text, person_id text, why text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
#variable_conflict use_column
DECLARE
  v_queue  kernel.queue;
  v_item   record;
  v_person text;
BEGIN
  IF p_method NOT IN ('round_robin', 'skill') THEN
    RAISE EXCEPTION 'work is given by round_robin or skill, not by %', p_method;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('give work of ' || split_part(p_queue, '.', 1), 0));
  SELECT * INTO v_queue FROM kernel.queue WHERE name = p_queue;
  DELETE FROM kernel.work_offer WHERE queue = p_queue AND until <= clock_timestamp();
  FOR v_item IN EXECUTE format(
    $q$SELECT asked.item_id, q.state, a.assignee, o.person_id AS offered, %s AS skill
         FROM unnest($2) AS asked (item_id)
         LEFT JOIN %s q ON q.item_id = asked.item_id AND kernel.visible_tenant(q.tenant_id)
         LEFT JOIN kernel.assignment a ON a.queue = $1 AND a.item_id = asked.item_id
         LEFT JOIN kernel.work_offer o ON o.queue = $1 AND o.item_id = asked.item_id
        ORDER BY q.due_at, asked.item_id$q$,
    CASE WHEN v_queue.skill_column IS NULL THEN 'NULL::text' ELSE format('q.%I::text', v_queue.skill_column) END,
    v_queue.item_table) USING p_queue, p_items
  LOOP
    item_id := v_item.item_id;
    person_id := NULL;
    why := CASE WHEN v_item.state IS NULL THEN 'no_such_item' WHEN v_item.state <> 'open' THEN 'item_done'
                WHEN v_item.assignee IS NOT NULL OR v_item.offered IS NOT NULL THEN 'already_claimed' END;
    IF why IS NULL THEN
      SELECT p.person_id INTO v_person FROM kernel.operators(p_queue) AS p
       WHERE NOT p.away AND (p.max_open IS NULL OR p.open < p.max_open)
         AND (p_method = 'round_robin' OR v_item.skill = ANY (p.skills))
         AND (p_among IS NULL OR p.person_id = ANY (p_among))
       ORDER BY CASE p_method WHEN 'skill' THEN p.open ELSE 0 END, p.turn, p.person_id LIMIT 1;
      IF v_person IS NULL THEN
        why := 'nobody_can';
      ELSE
        person_id := v_person;
        INSERT INTO kernel.work_offer AS w (queue, item_id, person_id, until)
        VALUES (p_queue, v_item.item_id, v_person, clock_timestamp() + p_lease_ms * interval '1 millisecond')
        ON CONFLICT (queue, item_id) DO NOTHING;
        INSERT INTO kernel.work_turn AS t (queue, person_id, turn)
        VALUES (p_queue, v_person, (SELECT coalesce(max(turn), 0) + 1 FROM kernel.work_turn WHERE queue = p_queue))
        ON CONFLICT (queue, person_id) DO UPDATE SET turn = excluded.turn;
      END IF;
    END IF;
    RETURN NEXT;
  END LOOP;
END
$$;

-- What was given under this key, or the right to give it now; what is to be given to whom is chosen once. Answers
-- {result: 'given', digest, given} | {result: 'under_way', digest} | {result: 'begun', digest, plan}; null where nothing is known of
-- the key and p_items is null.
CREATE OR REPLACE FUNCTION kernel.begin_giving(p_actor text, p_queue text, p_key text, p_digest bytea, p_items text[], p_method text,
                                               p_lease_ms integer, p_among text[], p_under_way_ms integer) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  v_until CONSTANT timestamptz := clock_timestamp() + make_interval(secs => p_under_way_ms / 1000.0);
  known   kernel.work_giving;
BEGIN
  IF p_items IS NOT NULL THEN
    INSERT INTO kernel.work_giving (actor_id, queue, key, digest, until) VALUES (p_actor, p_queue, p_key, p_digest, v_until)
    ON CONFLICT DO NOTHING RETURNING * INTO known;
    IF FOUND THEN
      UPDATE kernel.work_giving
         SET plan = (SELECT coalesce(jsonb_agg(to_jsonb(o)), '[]')
                       FROM kernel.offer_to_people(p_queue, p_items, p_method, p_lease_ms, p_among) AS o)
       WHERE actor_id = p_actor AND queue = p_queue AND key = p_key RETURNING * INTO known;
      RETURN jsonb_build_object('result', 'begun', 'digest', encode(known.digest, 'hex'), 'plan', known.plan);
    END IF;
  END IF;
  SELECT * INTO known FROM kernel.work_giving WHERE actor_id = p_actor AND queue = p_queue AND key = p_key FOR UPDATE;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  IF known.given IS NOT NULL THEN
    RETURN jsonb_build_object('result', 'given', 'digest', encode(known.digest, 'hex'), 'given', known.given);
  END IF;
  IF known.until > clock_timestamp() OR known.digest <> p_digest THEN
    RETURN jsonb_build_object('result', 'under_way', 'digest', encode(known.digest, 'hex'));
  END IF;
  -- Whoever began it is gone: the same is gone on with.
  UPDATE kernel.work_giving SET until = v_until WHERE actor_id = p_actor AND queue = p_queue AND key = p_key;
  RETURN jsonb_build_object('result', 'begun', 'digest', encode(known.digest, 'hex'), 'plan', known.plan);
END
$$;

-- What came of it is the answer from now on; answers the one that is.
CREATE OR REPLACE FUNCTION kernel.keep_given(p_actor text, p_queue text, p_key text, p_given text) RETURNS text
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  UPDATE kernel.work_giving SET given = coalesce(given, p_given)
   WHERE actor_id = p_actor AND queue = p_queue AND key = p_key RETURNING given
$$;

REVOKE ALL ON FUNCTION kernel.begin_giving(text, text, text, bytea, text[], text, integer, text[], integer),
  kernel.keep_given(text, text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.begin_giving(text, text, text, bytea, text[], text, integer, text[], integer),
  kernel.keep_given(text, text, text, text) TO countersign_app;
REVOKE ALL ON FUNCTION kernel.open_items(text, text, text, text), kernel.operators(text, text), kernel.offer_next_item(text, text, integer),
  kernel.withdraw_offer(text, text, text), kernel.offer_to_people(text, text[], text, integer, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.operators(text, text) TO countersign_app, countersign_dispatcher;
GRANT EXECUTE ON FUNCTION kernel.offer_next_item(text, text, integer), kernel.withdraw_offer(text, text, text) TO countersign_app;
