-- What a request says of itself, held to what its action declares (kernel.declared_action).

CREATE OR REPLACE FUNCTION kernel.check_declared() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  -- One that was only denied contains nothing, whatever its action would.
  IF NOT EXISTS (SELECT FROM kernel.declared_action d
                  WHERE d.action = NEW.type AND (d.risk, d.moves_money) = (NEW.risk, NEW.moves_money)
                    AND (d.containment OR NOT NEW.containment)) THEN
    RAISE EXCEPTION 'no action % is declared so', NEW.type USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;

-- What is done at an upstream is not said to be done here, nor the other way round, and goes to no other upstream.
CREATE OR REPLACE FUNCTION kernel.check_declared_effect() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT coalesce((SELECT CASE WHEN kernel.is_bulk(q) THEN NEW.effect = 'upstream' AND NEW.connector = 'bulk'
                               WHEN d.connectors = '{}' THEN NEW.effect = 'local' AND NEW.connector IS NULL
                               ELSE NEW.effect = 'upstream' AND NEW.connector = ANY (d.connectors) END
                     FROM kernel.action_request q
                     JOIN kernel.declared_action d ON d.action = q.type
                    WHERE q.request_id = NEW.request_id), false) THEN
    RAISE EXCEPTION 'the action of request % is not declared with such an effect', NEW.request_id
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;

-- How many others have to agree to such an action, whatever a policy says.
CREATE OR REPLACE FUNCTION kernel.least_required(p_type text) RETURNS integer
LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT d.least_required::integer FROM kernel.declared_action d WHERE d.action = p_type), 0)
$$;

-- Whether this is what lifts the emergency form that the action has, if it has one.
CREATE OR REPLACE FUNCTION kernel.has_emergency_form(p_type text, p_inverse text) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM kernel.declared_action d WHERE d.action = p_type AND d.emergency_inverse = p_inverse)
$$;

-- For how long an emergency of this action may be in force at most: a rule of the console's policy that always holds, having no condition or an empty one, says so; one that
-- holds only sometimes may be what gave it longer than the action declares.
CREATE OR REPLACE FUNCTION kernel.longest_emergency(p_console text, p_type text) RETURNS integer
LANGUAGE sql STABLE AS $$
  WITH rule AS (
    SELECT (r ->> 'emergency_limit_s')::integer AS limit_s, coalesce(r -> 'when', '{}') = '{}' AS always
      FROM jsonb_array_elements((SELECT payload -> 'rules' FROM kernel.event
                                  WHERE stream = 'kernel.approval_policy/' || p_console
                                  ORDER BY version DESC LIMIT 1)) r
     WHERE r ->> 'action' = p_type AND r ? 'emergency_limit_s')
  SELECT coalesce((SELECT min(limit_s) FROM rule WHERE always),
                  greatest((SELECT max(limit_s) FROM rule),
                           (SELECT d.emergency_limit_s FROM kernel.declared_action d WHERE d.action = p_type)))
$$;

-- Whether it was, or is being, carried out before others have agreed, or takes such a thing back: no other request has to wait for it.
CREATE OR REPLACE FUNCTION kernel.goes_before_approval(p_request uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM kernel.emergency WHERE request_id = p_request)
         OR EXISTS (SELECT FROM kernel.break_glass WHERE request_id = p_request)
         OR EXISTS (SELECT FROM kernel.emergency_lift WHERE lift_id = p_request)
$$;

-- What is carried out before others have agreed passes what only waits, for approval or for its time, and stands beside nothing that
-- is under way: two at once would be done twice. Nor beside what was carried out on the record as it was read for this one, within the
-- minute: that the record is another by now its upstream would say, and then one of the two has come to nothing, in force or agreed to.
-- What others have agreed to meets in the same way what went before they had, and that alone.
DROP FUNCTION IF EXISTS kernel.check_under_way(uuid);
CREATE OR REPLACE FUNCTION kernel.check_under_way(p_request uuid, p_agreed boolean) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  q    kernel.action_request;
  read text;
BEGIN
  SELECT * INTO STRICT q FROM kernel.action_request WHERE request_id = p_request;
  SELECT coalesce((SELECT a.evidence ->> 'target_version' FROM kernel.standing_approval a
                    WHERE (a.request_id, a.revision) = (v.request_id, v.revision) ORDER BY a.at DESC LIMIT 1),
                  v.target_version)
    INTO read
    FROM kernel.action_revision v WHERE v.request_id = p_request ORDER BY v.revision DESC LIMIT 1;
  PERFORM pg_advisory_xact_lock(hashtextextended('at once ' || q.type || ' ' || q.target_kind || '/' || q.target_id, 0));
  IF EXISTS (SELECT FROM kernel.action_request other
               JOIN kernel.action_revision v ON (v.request_id, v.revision) = (other.request_id, other.revision)
              WHERE (other.target_kind, other.target_id) = (q.target_kind, q.target_id) AND other.type = q.type
                AND other.request_id <> p_request
                AND (NOT p_agreed OR kernel.goes_before_approval(other.request_id))
                AND (other.state IN ('dispatching', 'outcome_unknown')
                     OR other.state = 'authorized' AND NOT kernel.is_held_back(v)
                     OR other.state = 'executed' AND v.target_version = read
                        AND other.state_at > clock_timestamp() - interval '1 minute'
                        -- An upstream may come back to a version that it had.
                        AND NOT EXISTS (SELECT FROM kernel.action_request since
                                         WHERE (since.target_kind, since.target_id) = (q.target_kind, q.target_id)
                                           AND since.state = 'executed' AND since.state_at > other.state_at))) THEN
    RAISE EXCEPTION 'the same is under way' USING ERRCODE = 'unique_violation', CONSTRAINT = 'action_request_one_open';
  END IF;
END
$$;

-- No emergency is longer, or laxer about who asks for it, than its action and the policy allow.
CREATE OR REPLACE FUNCTION kernel.check_emergency() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM kernel.check_under_way(NEW.request_id, false);
  IF NOT coalesce((SELECT NEW.step_up_s <= d.emergency_step_up_s
                          AND NEW.limit_s <= kernel.longest_emergency(q.console, q.type)
                     FROM kernel.action_request q
                     JOIN kernel.declared_action d ON d.action = q.type
                    WHERE q.request_id = NEW.request_id), false) THEN
    RAISE EXCEPTION 'no emergency form of the action of request % is declared so', NEW.request_id
      USING ERRCODE = 'CS409', CONSTRAINT = 'emergency_form';
  END IF;
  RETURN NEW;
END
$$;

-- Whoever breaks glass has proved who they are within five minutes, whatever the write says.
CREATE OR REPLACE FUNCTION kernel.check_break_glass() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM kernel.check_under_way(NEW.request_id, false);
  IF NEW.step_up_s > 300 THEN
    RAISE EXCEPTION 'glass is broken within 300 s of signing in' USING ERRCODE = 'CS409', CONSTRAINT = 'break_glass_form';
  END IF;
  RETURN NEW;
END
$$;
