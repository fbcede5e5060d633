-- Who runs the platform, in the columns of the platform's own contract, over what the kernel keeps of people, grants and requests:
-- nothing is kept twice.
CREATE SCHEMA IF NOT EXISTS platform;
GRANT USAGE ON SCHEMA platform
  TO countersign_app, countersign_dispatcher, countersign_sequencer, countersign_auditor;

-- Everybody who has, or ever had, a role of this console, or was invited to it. The role is the first of those that are held now; of
-- somebody who is disabled, that they would have. Without a password: people sign in at the identity provider.
CREATE VIEW platform.platform_users WITH (security_invoker = true) AS
SELECT p.person_id AS id,
       p.subject AS username,
       p.email,
       (SELECT split_part(held.role, '/', 2)
          FROM unnest(p.asserted_roles || kernel.granted_roles(p.person_id)) AS held (role)
         WHERE held.role LIKE 'platform/%'
         ORDER BY array_position(ARRAY['platform/PLATFORM_ADMIN', 'platform/OPS_ADMIN', 'platform/MERCHANT'], held.role)
         LIMIT 1) AS role,
       CASE WHEN p.disabled_at IS NOT NULL THEN 'disabled' WHEN p.asserted_at IS NULL THEN 'pending' ELSE 'active' END AS status,
       coalesce(kernel.last_sign_in(p.person_id), p.asserted_at) AS last_login_at,
       coalesce((SELECT e.actor_id FROM kernel.event e WHERE e.stream = 'platform.user/' || p.person_id AND e.version = 1),
                (SELECT g.granted_by FROM kernel.role_grant g
                  WHERE g.person_id = p.person_id AND g.role LIKE 'platform/%' ORDER BY g.granted_at, g.grant_id LIMIT 1)) AS created_by,
       p.created_at,
       greatest(p.created_at, p.disabled_at,
                (SELECT max(coalesce(a.until, a.since)) FROM kernel.role_assertion a WHERE a.person_id = p.person_id),
                (SELECT max(coalesce(r.revoked_at, g.granted_at))
                   FROM kernel.role_grant g LEFT JOIN kernel.role_revocation r USING (grant_id)
                  WHERE g.person_id = p.person_id)) AS updated_at,
       p.display_name AS name
  FROM kernel.person p
 WHERE EXISTS (SELECT FROM kernel.role_assertion a WHERE a.person_id = p.person_id AND a.role LIKE 'platform/%')
    OR EXISTS (SELECT FROM kernel.role_grant g WHERE g.person_id = p.person_id AND g.role LIKE 'platform/%')
    OR EXISTS (SELECT FROM kernel.stream s WHERE s.stream = 'platform.user/' || p.person_id);
GRANT SELECT ON platform.platform_users TO countersign_app, countersign_auditor;

-- What waits, or has waited, for another of this console's people. What was asked with holds personal data only as it was sealed.
CREATE VIEW platform.approval_requests WITH (security_invoker = true) AS
SELECT q.request_id AS id,
       CASE q.type WHEN 'kernel.change_role' THEN 'role_assignment' WHEN 'kernel.grant_role' THEN 'role_assignment'
                   ELSE split_part(q.type, '.', 2) END AS request_type,
       q.requested_by AS requestor_id,
       a.person_id AS approver_id,
       CASE WHEN q.state = 'pending' THEN 'pending'
            WHEN q.state = 'rejected' THEN 'rejected'
            WHEN q.state IN ('cancelled', 'expired', 'denied') THEN 'cancelled'
            ELSE 'approved' END AS status,
       jsonb_build_object('action', q.type, 'target', q.target_kind || '/' || q.target_id, 'input', v.input) AS request_data,
       a.note ->> 'shown' AS approval_reason,
       q.created_at AS requested_at,
       CASE WHEN a.decision = 'approve' THEN a.at END AS approved_at
  FROM kernel.action_request q
  JOIN kernel.action_revision v ON (v.request_id, v.revision) = (q.request_id, q.revision)
  LEFT JOIN LATERAL (SELECT d.* FROM kernel.action_approval d
                      WHERE (d.request_id, d.revision) = (q.request_id, q.revision)
                      ORDER BY d.at DESC, d.person_id LIMIT 1) a ON true
 WHERE v.required_approvals > 0
   AND EXISTS (SELECT FROM unnest(v.eligible_roles) AS eligible (role) WHERE eligible.role LIKE 'platform/%');
GRANT SELECT ON platform.approval_requests TO countersign_app, countersign_auditor;

-- Their function stands in consoles/platform/user/invited-user.routine.sql.
CREATE FUNCTION platform.apply_invitation() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not yet'; END $$;
CREATE TRIGGER apply_invitation AFTER INSERT ON kernel.event
  FOR EACH ROW WHEN (NEW.type = 'platform.user.invited') EXECUTE FUNCTION platform.apply_invitation();
ALTER TABLE kernel.event ENABLE ALWAYS TRIGGER apply_invitation;
