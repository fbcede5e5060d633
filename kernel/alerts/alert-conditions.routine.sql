-- Emergencies in force to which nobody has agreed; or this one.
CREATE OR REPLACE FUNCTION kernel.emergency_alert(p_request uuid)
RETURNS TABLE (request_id uuid, console text, tenant_id text, facts jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  SELECT q.request_id, q.console, q.tenant_id,
         jsonb_build_object('action', q.type, 'by', q.requested_by, 'subject_kind', 'request', 'subject_id', q.request_id,
                            'roles', to_jsonb(v.eligible_roles))
    FROM kernel.emergency e
    JOIN kernel.action_request q ON q.request_id = e.request_id
    JOIN kernel.action_revision v ON v.request_id = e.request_id AND v.revision = e.revision
   WHERE (p_request IS NULL OR e.request_id = p_request)
     AND NOT kernel.emergency_had_no_effect(e.request_id)
     AND NOT EXISTS (SELECT FROM kernel.emergency_end x WHERE x.request_id = e.request_id)
$$;

-- What was done by break-glass and nobody has reviewed; or this.
CREATE OR REPLACE FUNCTION kernel.break_glass_alert(p_request uuid)
RETURNS TABLE (request_id uuid, console text, tenant_id text, facts jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  SELECT q.request_id, q.console, q.tenant_id,
         jsonb_build_object('action', q.type, 'by', q.requested_by, 'subject_kind', 'request', 'subject_id', q.request_id)
    FROM kernel.break_glass b
    JOIN kernel.action_request q ON q.request_id = b.request_id
   WHERE (p_request IS NULL OR b.request_id = p_request)
     AND NOT EXISTS (SELECT FROM kernel.event e
                      WHERE e.stream = 'kernel.action_request/' || b.request_id
                        AND e.type = 'kernel.action_request.break_glass_reviewed')
$$;

-- What calls for a person now, as far as the rows of the kernel say it. Limits in ms: {expiring_ms, unwitnessed_ms,
-- upstream_failing_ms, clock_skew_ms}. Of each kind at most a thousand, the oldest first: more of them say nothing more to anybody.
CREATE OR REPLACE FUNCTION kernel.watched_conditions(p_limits jsonb)
RETURNS TABLE (kind text, key text, audience text, facts jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  -- K-39: the last quarter of its time, at most the last hour.
  (SELECT 'kernel.approval_expiring', q.request_id::text, q.console,
          jsonb_build_object('action', q.type, 'subject_kind', 'request', 'subject_id', q.request_id,
                             'roles', to_jsonb(v.eligible_roles), 'expires_at', kernel.rfc3339(v.expires_at))
     FROM kernel.action_request q JOIN kernel.action_revision v USING (request_id, revision)
    WHERE q.state = 'pending' AND v.expires_at > clock_timestamp()
      AND v.expires_at < clock_timestamp() + least((v.expires_at - v.created_at) / 4,
                                                   make_interval(secs => (p_limits ->> 'expiring_ms')::numeric / 1000))
    ORDER BY v.expires_at LIMIT 1000)
  UNION ALL
  -- For a week, or until the same has been asked for again.
  (SELECT 'kernel.schedule_suspended', q.request_id::text, q.console,
          jsonb_build_object('action', q.type, 'subject_kind', 'request', 'subject_id', q.request_id,
                             'requester', q.requested_by, 'roles', to_jsonb(v.eligible_roles),
                             'why', coalesce((SELECT o.detail ->> 'code' FROM kernel.effect_outcome o
                                               WHERE o.request_id = q.request_id ORDER BY o.fence DESC LIMIT 1), 'stale'))
     FROM kernel.action_revision v JOIN kernel.action_request q USING (request_id, revision)
    WHERE v.scheduled_for IS NOT NULL AND q.state = 'stale'
      AND q.state_at > clock_timestamp() - interval '7 days'
      AND NOT EXISTS (SELECT FROM kernel.withdrawal w WHERE w.request_id = q.request_id)
      AND NOT EXISTS (SELECT FROM kernel.action_request later
                       WHERE later.type = q.type AND (later.target_kind, later.target_id) = (q.target_kind, q.target_id)
                         AND later.created_at > q.state_at)
    ORDER BY q.state_at LIMIT 1000)
  UNION ALL
  (SELECT 'kernel.emergency_in_force', request_id::text, console, facts
     FROM kernel.emergency_alert(NULL) ORDER BY request_id LIMIT 1000)
  UNION ALL
  (SELECT 'kernel.break_glass_used', request_id::text, console, facts
     FROM kernel.break_glass_alert(NULL) ORDER BY request_id LIMIT 1000)
  UNION ALL
  (SELECT 'kernel.outcome_unknown', q.request_id::text, q.console,
          jsonb_build_object('action', q.type, 'subject_kind', 'request', 'subject_id', q.request_id)
     FROM kernel.action_request q WHERE q.state = 'outcome_unknown'
    ORDER BY q.created_at LIMIT 1000)
  UNION ALL
  SELECT 'kernel.audit_halted', 'audit_log', 'kernel',
         jsonb_build_object('code', last.code, 'subject_kind', 'audit_log', 'subject_id', 'main')
    FROM (SELECT halted, code FROM kernel.audit_halt ORDER BY position DESC LIMIT 1) AS last
   WHERE last.halted
  UNION ALL
  -- The oldest entry that no witnessed checkpoint covers, whether it has its place in the log or was passed over.
  SELECT 'kernel.audit_unwitnessed', 'audit_log', 'kernel',
         jsonb_build_object('subject_kind', 'audit_log', 'subject_id', 'main')
   WHERE NOT kernel.audit_is_halted()
     AND least(
           (SELECT e.at FROM kernel.audit_leaf l JOIN kernel.audit_entry e USING (seq)
             WHERE l.leaf_index = coalesce((SELECT max(tree_size) FROM kernel.audit_checkpoint), 0)),
           (SELECT e.at FROM (SELECT seq FROM kernel.audit_pending ORDER BY seq LIMIT 1) AS p
                        JOIN kernel.audit_entry e USING (seq)))
         < clock_timestamp() - make_interval(secs => (p_limits ->> 'unwitnessed_ms')::numeric / 1000)
  UNION ALL
  -- An effect that could not be delivered for so long, or an upstream's history that could not be read for so long.
  SELECT 'kernel.upstream_failing', failing.upstream, 'kernel', jsonb_build_object('upstream', failing.upstream)
    FROM (SELECT o.connector AS upstream
            FROM kernel.outbox o
            JOIN kernel.effect_attempt a USING (request_id, revision)
            JOIN kernel.action_request q USING (request_id)
           WHERE o.settled_at IS NULL AND q.state <> 'outcome_unknown' AND o.connector <> 'bulk'
             AND NOT EXISTS (SELECT FROM kernel.upstream_pause p WHERE p.upstream = o.connector)
             AND a.started_at < clock_timestamp()
                                - make_interval(secs => (p_limits ->> 'upstream_failing_ms')::numeric / 1000)
           UNION
          SELECT c.source FROM kernel.poll_cursor c
           WHERE c.error IS NOT NULL
             AND c.heard_at < clock_timestamp()
                              - make_interval(secs => (p_limits ->> 'upstream_failing_ms')::numeric / 1000)) AS failing
  UNION ALL
  -- O-15: a pause is somebody's to end.
  SELECT 'kernel.upstream_paused', p.upstream, 'kernel',
         jsonb_build_object('upstream', p.upstream, 'subject_kind', 'upstream', 'subject_id', p.upstream)
    FROM kernel.upstream_pause p
  UNION ALL
  -- Of what was reported within the last minute.
  SELECT 'kernel.clock_skewed', skewed.clock, 'kernel', jsonb_build_object('clock', skewed.clock, 'seconds', max(skewed.s))
    FROM (SELECT r.process AS clock, round(r.clock_ahead_ms / 1000.0)::integer AS s FROM kernel.process_report r
           WHERE abs(r.clock_ahead_ms) > (p_limits ->> 'clock_skew_ms')::bigint
             AND r.reported_at > clock_timestamp() - interval '1 minute'
           UNION ALL
          SELECT u.upstream, round((r.clock_ahead_ms + u.clock_ahead_ms) / 1000.0)::integer
            FROM kernel.process_report r JOIN kernel.upstream_report u USING (process)
           WHERE abs(r.clock_ahead_ms + u.clock_ahead_ms) > (p_limits ->> 'clock_skew_ms')::bigint
             AND r.reported_at > clock_timestamp() - interval '1 minute') AS skewed
   GROUP BY skewed.clock
  UNION ALL
  SELECT 'kernel.projection_left_out', o.projection, 'kernel', jsonb_build_object('projection', o.projection)
    FROM kernel.projection_left_out o GROUP BY o.projection
  UNION ALL
  SELECT 'kernel.projection_stopped', p.name, 'kernel', jsonb_build_object('projection', p.name)
    FROM kernel.projection p WHERE p.failing IS NOT NULL
  UNION ALL
  SELECT 'kernel.dead_letters', d.source, 'kernel', jsonb_build_object('source', d.source)
    FROM kernel.dead_letter d WHERE d.state IN ('waiting', 'replaying') GROUP BY d.source
$$;
REVOKE ALL ON FUNCTION kernel.watched_conditions(jsonb), kernel.emergency_alert(uuid), kernel.break_glass_alert(uuid) FROM PUBLIC;
-- kernel.sync_alerts asks it for the dispatcher.
REVOKE ALL ON FUNCTION kernel.watched_conditions(jsonb) FROM countersign_dispatcher;
