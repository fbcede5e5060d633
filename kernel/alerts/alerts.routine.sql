-- What happens to an alert. Each step is a row changed here and an event on the stream kernel.alert/<id>, in one
-- transaction with whatever caused it.

CREATE OR REPLACE FUNCTION kernel.append_alert_event(a kernel.alert, p_type text, p_payload jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
BEGIN
  PERFORM kernel.append_events(jsonb_build_array(jsonb_build_object(
    'event_id', gen_random_uuid(), 'tenant_id', a.tenant_id, 'stream', 'kernel.alert/' || a.alert_id, 'type', p_type,
    'schema_version', 1, 'source', 'countersign', 'actor_id', 'system:alerts',
    'refs', jsonb_build_array('alert/' || a.alert_id), 'payload', p_payload)));
END
$$;

-- Raises an alert unless the same one is open. Answers its id, or null where there was one. A silence that was set for
-- the same kind and key goes on.
CREATE OR REPLACE FUNCTION kernel.raise_alert(p_kind text, p_key text, p_audience text, p_facts jsonb, p_lasting boolean,
                                              p_tenant text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  silenced timestamptz := (SELECT max(silenced_until) FROM kernel.alert
                            WHERE kind = p_kind AND dedupe_key = p_key AND silenced_until > clock_timestamp());
  raised   kernel.alert;
BEGIN
  INSERT INTO kernel.alert (alert_id, tenant_id, kind, dedupe_key, audience, facts, lasting, silenced_until, next_page_at)
  VALUES (p_audience || '.' || gen_random_uuid(), p_tenant, p_kind, p_key, p_audience, p_facts, p_lasting, silenced,
          coalesce(silenced, clock_timestamp()))
  ON CONFLICT (kind, dedupe_key) WHERE resolved_at IS NULL DO NOTHING
  RETURNING * INTO raised;
  IF FOUND THEN
    PERFORM kernel.append_alert_event(raised, 'kernel.alert.raised',
      jsonb_build_object('kind', p_kind, 'facts', p_facts, 'lasting', p_lasting)
      || CASE WHEN silenced IS NULL THEN '{}' ELSE jsonb_build_object('silenced_until', kernel.rfc3339(silenced)) END);
  END IF;
  RETURN raised.alert_id;
END
$$;

-- What has not been sent yet is not sent any more.
CREATE OR REPLACE FUNCTION kernel.withdraw_alert_deliveries(p_alert text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  UPDATE kernel.alert_delivery SET settled_at = clock_timestamp(), outcome = 'withdrawn'
   WHERE alert_id = p_alert AND what = 'page' AND settled_at IS NULL
     AND (lease_until IS NULL OR lease_until < clock_timestamp())
$$;

-- The condition has ended: nobody is told any more, but for those who had been told of it.
CREATE OR REPLACE FUNCTION kernel.resolve_alert(p_kind text, p_key text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  ended kernel.alert;
BEGIN
  UPDATE kernel.alert SET resolved_at = clock_timestamp(), next_page_at = NULL
   WHERE kind = p_kind AND dedupe_key = p_key AND resolved_at IS NULL
  RETURNING * INTO ended;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM kernel.withdraw_alert_deliveries(ended.alert_id);
  INSERT INTO kernel.alert_delivery (tenant_id, alert_id, what, page, channel, recipient)
  SELECT DISTINCT tenant_id, alert_id, 'resolved', 0, channel, recipient
    FROM kernel.alert_delivery
   WHERE alert_id = ended.alert_id AND what = 'page' AND (outcome = 'sent' OR outcome IS NULL);
  PERFORM kernel.append_alert_event(ended, 'kernel.alert.resolved', '{}');
END
$$;

-- What only a process knows and a person is to hear of: some kinds of the kernel's, and what a console declares itself. Each is told to
-- whom it is meant for. What follows from rows is raised by these alone, so that no login gets ahead of it under its key, or has it told to nobody.
CREATE OR REPLACE FUNCTION kernel.alert_of_a_process(p_kind text, p_key text, OUT audience text, OUT lasting boolean)
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  CASE
    WHEN p_kind = 'kernel.key_unreadable' AND p_key = 'subject_key' THEN
      audience := 'kernel';
      lasting := false;
    WHEN p_kind = 'kernel.condition_unreadable' THEN
      audience := 'kernel';
      lasting := true;
    WHEN p_kind = 'kernel.queue_late' THEN
      audience := split_part(p_key, '.', 1);
      lasting := true;
    WHEN p_kind LIKE '_%._%' AND p_kind NOT LIKE 'kernel.%' THEN
      audience := split_part(p_kind, '.', 1);
      lasting := true;
    ELSE
      RAISE EXCEPTION 'no process says %: it follows from what is recorded', p_kind USING ERRCODE = 'restrict_violation';
  END CASE;
END
$$;

-- Answers its id, or null where it is open already.
CREATE OR REPLACE FUNCTION kernel.report_alert(p_kind text, p_key text, p_facts jsonb) RETURNS text
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  SELECT kernel.raise_alert(p_kind, p_key, own.audience, p_facts, own.lasting, NULL)
    FROM kernel.alert_of_a_process(p_kind, p_key) AS own
$$;

-- It holds no more. What does not last is over when a person has seen to it, and not before.
CREATE OR REPLACE FUNCTION kernel.report_over(p_kind text, p_key text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  SELECT kernel.resolve_alert(p_kind, p_key) FROM kernel.alert_of_a_process(p_kind, p_key) AS own WHERE own.lasting
$$;

-- Makes the alerts of what the rows say (kernel.watched_conditions, with its limits) those that hold now. One that was raised
-- after the conditions were looked at is left alone.
DROP FUNCTION IF EXISTS kernel.sync_alerts(text[], jsonb, timestamptz);
CREATE OR REPLACE FUNCTION kernel.sync_alerts(p_limits jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  watched CONSTANT text[] := ARRAY[
    'kernel.approval_expiring', 'kernel.schedule_suspended', 'kernel.emergency_in_force', 'kernel.break_glass_used',
    'kernel.outcome_unknown', 'kernel.audit_halted', 'kernel.audit_unwitnessed', 'kernel.upstream_failing',
    'kernel.upstream_paused', 'kernel.clock_skewed', 'kernel.projection_left_out', 'kernel.projection_stopped',
    'kernel.dead_letters'];
  as_of CONSTANT timestamptz := clock_timestamp();
  holds CONSTANT jsonb := (SELECT coalesce(jsonb_agg(to_jsonb(c)), '[]') FROM kernel.watched_conditions(p_limits) AS c);
  each record;
BEGIN
  FOR each IN
    SELECT a.kind, a.dedupe_key FROM kernel.alert a
     WHERE a.kind = ANY (watched) AND a.resolved_at IS NULL AND a.lasting AND a.raised_at < as_of
       AND NOT EXISTS (SELECT FROM jsonb_to_recordset(holds) AS o (kind text, key text)
                        WHERE o.kind = a.kind AND o.key = a.dedupe_key)
     ORDER BY a.kind, a.dedupe_key
  LOOP
    PERFORM kernel.resolve_alert(each.kind, each.dedupe_key);
  END LOOP;
  FOR each IN
    SELECT o.* FROM jsonb_to_recordset(holds) AS o (kind text, key text, audience text, facts jsonb)
     WHERE NOT EXISTS (SELECT FROM kernel.alert a
                        WHERE a.kind = o.kind AND a.dedupe_key = o.key AND a.resolved_at IS NULL)
     ORDER BY o.kind, o.key
  LOOP
    PERFORM kernel.raise_alert(each.kind, each.key, each.audience, each.facts, true, NULL);
  END LOOP;
END
$$;

-- What a person has done about an alert, as their action's events say (kernel.check_events has checked whose they are).
CREATE OR REPLACE FUNCTION kernel.apply_alert_step(p_events jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  e  jsonb;
  id text;
BEGIN
  FOR e IN SELECT event FROM jsonb_array_elements(p_events) AS event WHERE event ->> 'stream' LIKE 'kernel.alert/%' LOOP
    id := substr(e ->> 'stream', length('kernel.alert/') + 1);
    CASE e ->> 'type'
      WHEN 'kernel.alert.acknowledged' THEN
        UPDATE kernel.alert
           SET acknowledged_at = clock_timestamp(), acknowledged_by = e ->> 'actor_id', next_page_at = NULL,
               resolved_at = CASE WHEN NOT lasting THEN clock_timestamp() END
         WHERE alert_id = id AND resolved_at IS NULL;
        PERFORM kernel.withdraw_alert_deliveries(id);
      WHEN 'kernel.alert.silenced' THEN
        UPDATE kernel.alert
           SET silenced_until = (e #>> '{payload,until}')::timestamptz,
               next_page_at = CASE WHEN acknowledged_at IS NULL THEN (e #>> '{payload,until}')::timestamptz END
         WHERE alert_id = id AND resolved_at IS NULL;
        PERFORM kernel.withdraw_alert_deliveries(id);
      WHEN 'kernel.alert.escalated' THEN
        UPDATE kernel.alert
           SET acknowledged_at = NULL, acknowledged_by = NULL, silenced_until = NULL, escalated = true,
               next_page_at = clock_timestamp()
         WHERE alert_id = id AND resolved_at IS NULL;
      ELSE
        RAISE EXCEPTION 'nothing follows from % for an alert', e ->> 'type' USING ERRCODE = 'restrict_violation';
    END CASE;
  END LOOP;
END
$$;

-- Alerts of which somebody is to be told now.
CREATE OR REPLACE FUNCTION kernel.due_alerts(p_limit integer)
RETURNS TABLE (alert_id text, kind text, audience text, facts jsonb, pages integer, escalated boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  SELECT a.alert_id, a.kind, a.audience, a.facts, a.pages, a.escalated
    FROM kernel.alert a
   WHERE a.resolved_at IS NULL AND a.next_page_at <= clock_timestamp()
   ORDER BY a.next_page_at LIMIT p_limit
$$;

-- That somebody is told has one entry, which says just that: nothing else comes into the log by this way.
CREATE OR REPLACE FUNCTION kernel.check_page_entry(paged kernel.alert, p jsonb) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
  fact jsonb := (p #>> '{audit,0,canonical}')::jsonb;
BEGIN
  IF jsonb_array_length(p -> 'audit') IS DISTINCT FROM 1
     OR (fact - ARRAY['v', 'id', 'at', 'outcome', 'tenant_id']) IS DISTINCT FROM jsonb_build_object(
          'kind', 'system', 'actor', '{"id": "system:alerts", "roles": []}'::jsonb, 'action', 'kernel.alert.page',
          'target', jsonb_build_object('kind', 'alert', 'id', paged.alert_id),
          'detail', jsonb_build_object('page', paged.pages, 'people', p -> 'people', 'channels', p -> 'channels'))
     OR coalesce(fact ->> 'outcome' NOT IN ('paged', 'nobody_reached'), true)
     OR fact ->> 'tenant_id' IS DISTINCT FROM paged.tenant_id THEN
    RAISE EXCEPTION 'the entry does not say that this alert was told of' USING ERRCODE = 'restrict_violation';
  END IF;
END
$$;
REVOKE ALL ON FUNCTION kernel.check_page_entry(kernel.alert, jsonb) FROM PUBLIC;

-- Puts down who is told now: {alert_id, pages, counts, next_in_ms, people, channels, deliveries: [{channel, recipient}],
-- audit}. False where the alert has changed since it was looked at: another process was first, or a person. Where
-- `counts` is false it is only looked at again later.
CREATE OR REPLACE FUNCTION kernel.page_alert(p jsonb) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  paged kernel.alert;
BEGIN
  UPDATE kernel.alert
     SET pages = pages + CASE WHEN (p ->> 'counts')::boolean THEN 1 ELSE 0 END,
         next_page_at = clock_timestamp() + make_interval(secs => (p ->> 'next_in_ms')::numeric / 1000)
   WHERE alert_id = p ->> 'alert_id' AND resolved_at IS NULL AND next_page_at <= clock_timestamp()
     AND pages = (p ->> 'pages')::integer
  RETURNING * INTO paged;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  IF (p ->> 'counts')::boolean THEN
    INSERT INTO kernel.alert_delivery (tenant_id, alert_id, what, page, channel, recipient)
    SELECT paged.tenant_id, paged.alert_id, 'page', paged.pages, d.channel, d.recipient
      FROM jsonb_to_recordset(p -> 'deliveries') AS d (channel text, recipient text);
    PERFORM kernel.append_alert_event(paged, 'kernel.alert.paged', jsonb_build_object(
      'page', paged.pages, 'people', p -> 'people', 'channels', p -> 'channels'));
    PERFORM kernel.check_page_entry(paged, p);
    PERFORM kernel.insert_audit(p -> 'audit');
  END IF;
  RETURN true;
END
$$;

-- Takes deliveries that are due, at most so many, each with a new fence; with the address that a person has now. Of a
-- page, `page` is how often somebody has in fact been told before it, plus one: a page that reached nobody told nobody.
CREATE OR REPLACE FUNCTION kernel.lease_alert_deliveries(p_holder text, p_lease_ms integer, p_limit integer)
RETURNS TABLE (delivery_id uuid, fence bigint, attempts integer, what text, page integer, channel text, recipient text,
               email text, alert_id text, kind text, audience text, facts jsonb, raised_at text)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  WITH due AS (
    SELECT d.delivery_id FROM kernel.alert_delivery d
     WHERE d.settled_at IS NULL AND d.available_at <= clock_timestamp()
       AND (d.lease_until IS NULL OR d.lease_until < clock_timestamp())
     ORDER BY d.available_at LIMIT p_limit FOR UPDATE SKIP LOCKED
  ), leased AS (
    UPDATE kernel.alert_delivery d
       SET fence = d.fence + 1, attempts = d.attempts + 1, lease_holder = p_holder,
           lease_until = clock_timestamp() + make_interval(secs => p_lease_ms / 1000.0)
      FROM due WHERE d.delivery_id = due.delivery_id
    RETURNING d.*
  )
  SELECT l.delivery_id, l.fence, l.attempts, l.what,
         CASE WHEN l.what = 'page'
              THEN 1 + (SELECT count(DISTINCT told.page)::integer FROM kernel.alert_delivery told
                         WHERE told.alert_id = l.alert_id AND told.what = 'page' AND told.page < l.page
                           AND told.outcome = 'sent')
              ELSE l.page END,
         l.channel, l.recipient,
         CASE WHEN l.channel = 'email' AND p.disabled_at IS NULL THEN p.email END,
         a.alert_id, a.kind, a.audience, a.facts, kernel.rfc3339(a.raised_at)
    FROM leased l JOIN kernel.alert a USING (alert_id)
    LEFT JOIN kernel.person p ON l.channel = 'email' AND p.person_id = l.recipient
$$;

-- What came of a delivery: sent; dead, which is itself an alert; or, with p_retry_in_ms, tried again. False where the
-- lease is another's by now.
CREATE OR REPLACE FUNCTION kernel.settle_alert_delivery(p_delivery uuid, p_fence bigint, p_outcome text, p_error text,
                                                        p_retry_in_ms integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  d kernel.alert_delivery;
BEGIN
  UPDATE kernel.alert_delivery
     SET lease_until = NULL, lease_holder = NULL, error = p_error,
         available_at = clock_timestamp() + make_interval(secs => coalesce(p_retry_in_ms, 0) / 1000.0),
         settled_at = CASE WHEN p_retry_in_ms IS NULL THEN clock_timestamp() END,
         outcome = CASE WHEN p_retry_in_ms IS NULL THEN p_outcome END
   WHERE delivery_id = p_delivery AND fence = p_fence AND settled_at IS NULL
  RETURNING * INTO d;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  IF d.outcome = 'dead' THEN
    PERFORM kernel.raise_alert('kernel.alert_undelivered', d.channel || '/' || d.recipient, 'kernel', jsonb_build_object(
      'channel', d.channel, 'recipient', d.recipient, 'error', p_error, 'subject_kind', 'alert',
      'subject_id', d.alert_id), false, NULL);
  ELSIF d.outcome = 'sent' THEN
    PERFORM kernel.resolve_alert('kernel.alert_undelivered', d.channel || '/' || d.recipient);
  END IF;
  RETURN true;
END
$$;

REVOKE ALL ON FUNCTION
  kernel.append_alert_event(kernel.alert, text, jsonb), kernel.raise_alert(text, text, text, jsonb, boolean, text),
  kernel.withdraw_alert_deliveries(text), kernel.resolve_alert(text, text), kernel.sync_alerts(jsonb),
  kernel.alert_of_a_process(text, text), kernel.report_alert(text, text, jsonb), kernel.report_over(text, text),
  kernel.apply_alert_step(jsonb), kernel.due_alerts(integer), kernel.page_alert(jsonb),
  kernel.lease_alert_deliveries(text, integer, integer),
  kernel.settle_alert_delivery(uuid, bigint, text, text, integer) FROM PUBLIC;
-- Earlier versions let processes raise and end alerts of any kind.
REVOKE ALL ON FUNCTION kernel.raise_alert(text, text, text, jsonb, boolean, text), kernel.resolve_alert(text, text)
  FROM countersign_app, countersign_dispatcher, countersign_sequencer;
GRANT EXECUTE ON FUNCTION kernel.report_alert(text, text, jsonb)
  TO countersign_app, countersign_dispatcher, countersign_sequencer;
GRANT EXECUTE ON FUNCTION kernel.report_over(text, text) TO countersign_dispatcher;
GRANT EXECUTE ON FUNCTION
  kernel.sync_alerts(jsonb), kernel.due_alerts(integer), kernel.page_alert(jsonb),
  kernel.lease_alert_deliveries(text, integer, integer), kernel.settle_alert_delivery(uuid, bigint, text, text, integer)
  TO countersign_dispatcher;
