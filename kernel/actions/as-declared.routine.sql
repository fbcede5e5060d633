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
