-- An emergency whose effect never came is over with that: it was in force at no time, and nobody is asked about it any more.
ALTER TABLE kernel.emergency_end DROP CONSTRAINT emergency_end_outcome_check;
ALTER TABLE kernel.emergency_end ADD CONSTRAINT emergency_end_outcome_check
  CHECK (outcome IN ('agreed', 'rejected', 'lapsed', 'taken_back', 'no_effect'));

-- Those of before. The guard of these rows does not know the outcome until its function is applied anew.
ALTER TABLE kernel.emergency_end DISABLE TRIGGER check_emergency_end;
INSERT INTO kernel.emergency_end (request_id, tenant_id, outcome, actor_id)
SELECT e.request_id, e.tenant_id, 'no_effect', 'system:dispatcher'
  FROM kernel.emergency e JOIN kernel.action_request q USING (request_id)
 WHERE q.state IN ('failed', 'stale')
   AND NOT EXISTS (SELECT FROM kernel.emergency_end x WHERE x.request_id = e.request_id);
ALTER TABLE kernel.emergency_end ENABLE ALWAYS TRIGGER check_emergency_end;
