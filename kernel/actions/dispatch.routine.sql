CREATE OR REPLACE FUNCTION kernel.is_containment(p_request uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, kernel, pg_temp AS $$
  SELECT containment FROM kernel.action_request WHERE request_id = p_request
$$;

-- Whether this effect waits because its upstream is paused. What stops harm does not wait.
CREATE OR REPLACE FUNCTION kernel.is_paused(p_connector text, p_request uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, kernel, pg_temp AS $$
  SELECT EXISTS (SELECT FROM kernel.upstream_pause WHERE upstream = p_connector) AND NOT kernel.is_containment(p_request)
$$;

-- Whether the authorisation of a request stands in a checkpoint that the witness has taken: one is published only then.
CREATE OR REPLACE FUNCTION kernel.is_witnessed(p_request uuid, p_revision integer) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, kernel, pg_temp AS $$
  SELECT EXISTS (
    SELECT FROM kernel.action_request q
      JOIN kernel.audit_entry e ON e.target_id = q.target_id AND e.at >= q.created_at - interval '1 hour'
      JOIN kernel.audit_leaf l ON l.seq = e.seq
     WHERE q.request_id = p_request
       AND e.action_request_id = p_request AND e.transition_to = 'authorized' AND e.transition_revision = p_revision
       AND l.leaf_index < (SELECT max(c.tree_size) FROM kernel.audit_checkpoint c))
$$;

-- Whether this effect waits for its evidence. What stops harm never waits for a witness.
CREATE OR REPLACE FUNCTION kernel.awaits_evidence(o kernel.outbox) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, kernel, pg_temp AS $$
  SELECT o.evidence_first AND NOT kernel.is_containment(o.request_id)
         AND NOT kernel.is_witnessed(o.request_id, o.revision)
$$;

-- What keeps an authorised effect from being sent, for those who wait for it; null where nothing does.
CREATE OR REPLACE FUNCTION kernel.held_by(p_request uuid, p_revision integer) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  SELECT CASE WHEN kernel.audit_is_halted() AND NOT kernel.is_containment(o.request_id) THEN 'audit_halted'
              WHEN kernel.is_paused(o.connector, o.request_id) THEN 'upstream_paused'
              WHEN kernel.awaits_evidence(o) THEN 'evidence' END
    FROM kernel.outbox o WHERE o.request_id = p_request AND o.revision = p_revision AND o.settled_at IS NULL
$$;

-- Effects that may be leased now, at most so many of each connector, the longest due first; and the open ones of which
-- people have agreed what came of them. While the audit log is halted, or the upstream is paused, only what contains.
-- Asked many times a second, with nothing to do most of the time: planning it anew each time was three quarters of it.
CREATE OR REPLACE FUNCTION kernel.due_effects(p_connectors text[], p_limits integer[])
RETURNS TABLE (request_id uuid, revision integer, connector text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
  SELECT due.request_id, due.revision, wanted.connector
    FROM unnest(p_connectors, p_limits) AS wanted (connector, slots)
   CROSS JOIN (SELECT kernel.audit_is_halted() AS halted) AS log
   CROSS JOIN LATERAL (
         SELECT o.request_id, o.revision
           FROM kernel.outbox o
          WHERE o.connector = wanted.connector
            AND o.settled_at IS NULL
            AND o.available_at <= clock_timestamp()
            AND (o.lease_until IS NULL OR o.lease_until < clock_timestamp())
            AND (NOT log.halted OR kernel.is_containment(o.request_id))
            AND NOT kernel.is_paused(o.connector, o.request_id)
            AND (NOT o.evidence_first OR NOT kernel.awaits_evidence(o))
          ORDER BY o.available_at
          LIMIT wanted.slots) AS due
  UNION
  SELECT resolved.request_id, resolved.revision, wanted.connector
    FROM unnest(p_connectors, p_limits) AS wanted (connector, slots)
   CROSS JOIN LATERAL (
         SELECT o.request_id, o.revision
           FROM kernel.action_request q
           JOIN kernel.outbox o USING (request_id, revision)
          WHERE q.state = 'outcome_unknown' AND o.connector = wanted.connector AND o.settled_at IS NULL
            AND (o.lease_until IS NULL OR o.lease_until < clock_timestamp())
            AND EXISTS (SELECT FROM kernel.approved_resolution(q.request_id))
            AND NOT kernel.audit_is_halted()
          LIMIT wanted.slots) AS resolved
$$;

-- Takes the lease of one effect with a new fence, or answers null where another has it, it is not due, or the audit log
-- is halted or its upstream paused and it contains nothing. The attempt row is committed with it, so before anything is sent. `maybe_sent` counts earlier attempts after which the effect may
-- have happened (lost, or never ended); `maybe_sent_for_ms` is how long ago the first of them began. `asked` counts
-- those that were made after it was left to people; `last_maybe_sent_for_ms` is how long ago the last of the others began, `resolution` is what people have agreed came of it, or null.
CREATE OR REPLACE FUNCTION kernel.lease_effect(p_request uuid, p_revision integer, p_holder text, p_lease_ms integer)
RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  row kernel.outbox;
BEGIN
  IF kernel.audit_is_halted() AND NOT kernel.is_containment(p_request) THEN
    RETURN NULL;
  END IF;
  SELECT * INTO row FROM kernel.outbox o
   WHERE o.request_id = p_request AND o.revision = p_revision AND o.settled_at IS NULL
     AND (o.available_at <= clock_timestamp() AND NOT kernel.is_paused(o.connector, o.request_id)
            AND (NOT o.evidence_first OR NOT kernel.awaits_evidence(o))
          OR EXISTS (SELECT FROM kernel.approved_resolution(o.request_id)))
     AND (o.lease_until IS NULL OR o.lease_until < clock_timestamp())
     FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  UPDATE kernel.outbox o
     SET fence = o.fence + 1, attempts = o.attempts + 1, lease_holder = p_holder,
         lease_until = clock_timestamp() + make_interval(secs => p_lease_ms / 1000.0)
   WHERE o.request_id = p_request AND o.revision = p_revision
  RETURNING * INTO row;
  INSERT INTO kernel.effect_attempt (request_id, revision, fence, tenant_id, holder)
  VALUES (p_request, p_revision, row.fence, row.tenant_id, p_holder);
  RETURN (
    SELECT jsonb_build_object(
             'fence', row.fence, 'attempts', row.attempts, 'effect_key', row.effect_key,
             'maybe_sent', count(*),
             'asked', (SELECT count(*) FROM kernel.effect_attempt e JOIN kernel.action_request q USING (request_id)
                        WHERE e.request_id = p_request AND e.revision = p_revision AND e.fence < row.fence
                          AND q.state = 'outcome_unknown' AND e.started_at > q.state_at),
             'resolution', (SELECT jsonb_build_object('id', r.resolution_id, 'outcome', r.outcome)
                              FROM kernel.approved_resolution(p_request) r),
             'maybe_sent_for_ms', (extract(epoch FROM clock_timestamp() - min(a.started_at)) * 1000)::bigint,
             'last_maybe_sent_for_ms', (extract(epoch FROM clock_timestamp() - max(a.started_at) FILTER (
                 WHERE q.state <> 'outcome_unknown' OR a.started_at <= q.state_at)) * 1000)::bigint)
      FROM kernel.effect_attempt a
      JOIN kernel.action_request q ON q.request_id = a.request_id
      LEFT JOIN kernel.effect_outcome t
             ON (t.request_id, t.revision, t.fence) = (a.request_id, a.revision, a.fence)
     WHERE a.request_id = p_request AND a.revision = p_revision AND a.fence < row.fence
       AND (t.fence IS NULL OR t.outcome = 'unknown'));
END
$$;

-- Writes the outcome of an attempt where its fence still holds; a stale fence writes nothing (CS409 / fenced).
-- {request_id, revision, fence, outcome, by_readback, detail, retry_in_ms?, resolution_id?}: without retry_in_ms the row is settled.
CREATE OR REPLACE FUNCTION kernel.settle_lease(p jsonb, p_tenant text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
BEGIN
  UPDATE kernel.outbox
     SET lease_until = NULL, lease_holder = NULL,
         available_at = clock_timestamp() + make_interval(secs => coalesce((p ->> 'retry_in_ms')::numeric, 0) / 1000),
         settled_at = CASE WHEN p ? 'retry_in_ms' THEN NULL ELSE clock_timestamp() END
   WHERE request_id = (p ->> 'request_id')::uuid AND revision = (p ->> 'revision')::integer
     AND fence = (p ->> 'fence')::bigint AND settled_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the lease of request % is no longer held', p ->> 'request_id'
      USING ERRCODE = 'CS409', CONSTRAINT = 'fenced';
  END IF;
  INSERT INTO kernel.effect_outcome (request_id, revision, fence, tenant_id, outcome, by_readback, detail,
                                     resolution_id)
  VALUES ((p ->> 'request_id')::uuid, (p ->> 'revision')::integer, (p ->> 'fence')::bigint, p_tenant, p ->> 'outcome',
          coalesce((p ->> 'by_readback')::boolean, false), p -> 'detail', (p ->> 'resolution_id')::uuid);
END
$$;

REVOKE ALL ON FUNCTION kernel.is_paused(text, uuid), kernel.is_witnessed(uuid, integer), kernel.awaits_evidence(kernel.outbox), kernel.due_effects(text[], integer[]), kernel.lease_effect(uuid, integer, text, integer),
                       kernel.settle_lease(jsonb, text), kernel.held_by(uuid, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.due_effects(text[], integer[]), kernel.lease_effect(uuid, integer, text, integer)
  TO countersign_dispatcher;
GRANT EXECUTE ON FUNCTION kernel.held_by(uuid, integer) TO countersign_app, countersign_dispatcher;
