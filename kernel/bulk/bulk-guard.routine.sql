-- What a request over many records may become, derived from its rows alone.

-- Rows come with the request itself: once it has a state, the list is closed.
CREATE OR REPLACE FUNCTION kernel.check_bulk_row() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM kernel.action_request q
                  WHERE q.request_id = NEW.request_id AND q.state IS NULL AND kernel.is_bulk(q)) THEN
    RAISE EXCEPTION 'the rows of request % are written with it', NEW.request_id
      USING ERRCODE = 'CS409', CONSTRAINT = 'bulk_rows_closed';
  END IF;
  RETURN NEW;
END
$$;

-- A child is a row of its parent, in every member that its effect or its approval depends on; and its parent stands.
CREATE OR REPLACE FUNCTION kernel.check_bulk_child() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  parent kernel.action_request;
  agreed kernel.action_revision;
  given  kernel.bulk_row;
  child  kernel.action_request;
  v      kernel.action_revision;
BEGIN
  SELECT * INTO STRICT parent FROM kernel.action_request WHERE request_id = NEW.request_id;
  SELECT * INTO STRICT agreed FROM kernel.action_revision WHERE request_id = NEW.request_id AND revision = parent.revision;
  SELECT * INTO STRICT given FROM kernel.bulk_row WHERE request_id = NEW.request_id AND position = NEW.position;
  IF parent.state IS DISTINCT FROM 'dispatching' THEN
    RAISE EXCEPTION 'request % is %, so none of its rows is carried out', NEW.request_id, parent.state
      USING ERRCODE = 'CS409', CONSTRAINT = 'bulk_not_under_way';
  END IF;
  IF NEW.child_id IS NULL THEN
    RETURN NEW;
  END IF;
  IF EXISTS (SELECT FROM kernel.withdrawal w WHERE w.request_id = NEW.request_id) THEN
    RAISE EXCEPTION 'request % was stopped, so no more of its rows are carried out', NEW.request_id
      USING ERRCODE = 'CS409', CONSTRAINT = 'withdrawn';
  END IF;
  SELECT * INTO STRICT child FROM kernel.action_request WHERE request_id = NEW.child_id;
  SELECT * INTO STRICT v FROM kernel.action_revision WHERE request_id = NEW.child_id AND revision = 1;
  IF child.state IS NOT NULL
     OR (child.type, child.console, child.risk, child.moves_money, child.requested_by, child.requested_roles,
         child.concurrent, child.containment, child.tenant_id, child.target_kind, child.target_id)
        IS DISTINCT FROM
        (parent.type, parent.console, parent.risk, parent.moves_money, parent.requested_by, parent.requested_roles,
         parent.concurrent, parent.containment, parent.tenant_id, given.target_kind, given.target_id)
     OR (v.input, v.decided, v.connector, v.target_version, v.reason_code, v.policy_version, v.required_approvals,
         v.eligible_roles, v.approval_max_age_s, v.evidence_first, v.created_by, v.effect)
        IS DISTINCT FROM
        (given.input, given.decided, given.connector, given.target_version, agreed.reason_code, agreed.policy_version,
         agreed.required_approvals, agreed.eligible_roles, agreed.approval_max_age_s, agreed.evidence_first,
         agreed.created_by, 'upstream'::text)
     OR v.reason_note IS NOT NULL
     -- The clocks of two processes are compared.
     OR v.expires_at > agreed.expires_at + interval '1 minute' THEN
    RAISE EXCEPTION 'request % is not row % of request %', NEW.child_id, NEW.position, NEW.request_id
      USING ERRCODE = 'CS409', CONSTRAINT = 'not_the_row';
  END IF;
  IF NOT coalesce(kernel.has_basis(parent.request_id, parent.revision, 'quorum'), false) THEN
    RAISE EXCEPTION 'no effect without its basis: request % lacks its quorum', parent.request_id
      USING ERRCODE = 'CS409', CONSTRAINT = 'no_basis';
  END IF;
  RETURN NEW;
END
$$;

-- Requests over many records that are to be carried out, or are being; with how many of their rows are nothing yet and
-- how many have not ended. While the audit log is halted, only what contains.
DROP FUNCTION IF EXISTS kernel.open_bulks(integer);
CREATE OR REPLACE FUNCTION kernel.open_bulks(p_limit integer, p_types text[] DEFAULT NULL)
RETURNS TABLE (request_id uuid, revision integer, state text, fence bigint, unmade bigint, unended bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  SELECT q.request_id, q.revision, q.state, o.fence, rows.unmade, rows.unended
    FROM kernel.outbox o
    JOIN kernel.action_request q USING (request_id, revision)
   CROSS JOIN LATERAL (
         SELECT count(*) FILTER (WHERE c.position IS NULL) AS unmade,
                count(*) FILTER (WHERE c.position IS NULL
                                    OR one.state IN ('authorized', 'dispatching', 'outcome_unknown')) AS unended
           FROM kernel.bulk_row r
           LEFT JOIN kernel.bulk_child c USING (request_id, position)
           LEFT JOIN kernel.action_request one ON one.request_id = c.child_id
          WHERE r.request_id = q.request_id) AS rows
   WHERE o.connector = 'bulk' AND o.settled_at IS NULL AND o.available_at <= clock_timestamp()
     AND (q.state = 'authorized' AND (o.lease_until IS NULL OR o.lease_until < clock_timestamp())
          OR q.state = 'dispatching' AND (rows.unmade > 0 OR rows.unended = 0))
     AND (q.containment OR NOT kernel.audit_is_halted())
   ORDER BY coalesce(q.type = ANY (p_types), true) DESC, o.available_at
   LIMIT p_limit
$$;

-- Rows that become no request: why, in a code.
CREATE OR REPLACE FUNCTION kernel.leave_bulk_rows(p_request uuid, p_positions integer[], p_why text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
  INSERT INTO kernel.bulk_child (request_id, position, tenant_id, child_id, why)
  SELECT r.request_id, r.position, r.tenant_id, NULL, p_why
    FROM kernel.bulk_row r WHERE r.request_id = p_request AND r.position = ANY (p_positions)
      ON CONFLICT DO NOTHING
$$;

-- For the dispatcher: a row of a request over many records, as a request of its own. What it may be, the guard of
-- kernel.bulk_child derives from the rows.
CREATE OR REPLACE FUNCTION kernel.commit_child(p jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel, pg_temp AS $$
BEGIN
  IF NOT p ?& ARRAY['child', 'request', 'revision', 'transitions', 'outbox']
     OR NOT kernel.has_only(p, ARRAY['tenant_id', 'child', 'request', 'revision', 'transitions', 'outbox', 'events', 'audit'])
     OR p #>> '{transitions,0,basis}' IS DISTINCT FROM 'quorum' THEN
    RAISE EXCEPTION 'the dispatcher requests nothing but the rows of what was authorised'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN kernel.write_parts(p, false);
END
$$;

REVOKE ALL ON FUNCTION kernel.open_bulks(integer, text[]), kernel.leave_bulk_rows(uuid, integer[], text), kernel.commit_child(jsonb)
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.open_bulks(integer, text[]), kernel.leave_bulk_rows(uuid, integer[], text),
                          kernel.commit_child(jsonb) TO countersign_dispatcher;
