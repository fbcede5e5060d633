-- What its requester said when they cancelled it, {shown, sealed}: until now in the audit log alone, and on no page.
ALTER TABLE kernel.action_transition
  ADD COLUMN note jsonb CHECK (note IS NULL OR to_state = 'cancelled');
