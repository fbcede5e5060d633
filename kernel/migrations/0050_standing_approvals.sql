-- The signatures that stand: whoever reads who has agreed reads these. The guard of transitions and the invariants of the fault
-- run derive the same by themselves.
CREATE VIEW kernel.standing_approval WITH (security_invoker = true) AS
  SELECT a.*
    FROM kernel.action_approval a
   WHERE a.decision = 'approve'
     AND NOT EXISTS (SELECT FROM kernel.voided_approval x
                      WHERE (x.request_id, x.revision, x.person_id) = (a.request_id, a.revision, a.person_id));
GRANT SELECT ON kernel.standing_approval
  TO countersign_app, countersign_dispatcher, countersign_sequencer, countersign_auditor;
