-- Until when an item of a queue that opened then should be dealt with: the hours of its SLA, counted while its calendar is
-- open. What comes on a day's cut-off or later counts from the next opening on. Beyond the years that calendars are made
-- for, hours are hours of the clock.
CREATE OR REPLACE FUNCTION kernel.due_at(p_queue text, p_opened_at timestamptz) RETURNS timestamptz
LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, kernel, pg_temp AS $$
DECLARE
  v_part  numeric;
  v_queue kernel.queue;
  v_start kernel.calendar_span;
  v_due   kernel.calendar_span;
  v_until bigint;
BEGIN
  SELECT * INTO v_queue FROM kernel.queue WHERE name = p_queue;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the queue % is not declared: run countersign migrate', p_queue;
  END IF;
  IF v_queue.calendar IS NULL THEN
    RETURN p_opened_at + v_queue.sla_s * interval '1 second';
  END IF;
  SELECT * INTO v_start FROM kernel.calendar_span
   WHERE calendar = v_queue.calendar AND cut_off_at > p_opened_at ORDER BY cut_off_at LIMIT 1;
  IF NOT FOUND THEN
    RETURN p_opened_at + v_queue.sla_s * interval '1 second';
  END IF;
  v_part  := extract(epoch FROM greatest(p_opened_at, v_start.opens_at) - v_start.opens_at);
  -- Compared as it is stored, in whole seconds: a numeric would be compared with every row of the calendar.
  v_until := v_start.worked_s + v_queue.sla_s + ceil(v_part);
  SELECT * INTO v_due FROM kernel.calendar_span
   WHERE calendar = v_queue.calendar AND worked_s < v_until ORDER BY worked_s DESC LIMIT 1;
  RETURN v_due.opens_at + (v_until - v_due.worked_s - ceil(v_part) + v_part) * interval '1 second';
END
$$;
REVOKE ALL ON FUNCTION kernel.due_at(text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.due_at(text, timestamptz) TO countersign_sequencer;
