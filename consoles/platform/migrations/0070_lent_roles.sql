-- Whom finance's reading is lent to is no user of the platform for it: they are shown, and looked after, where they belong.
CREATE OR REPLACE VIEW platform.platform_users WITH (security_invoker = true) AS
SELECT p.person_id AS id,
       p.subject AS username,
       p.email,
       (SELECT split_part(held.role, '/', 2)
          FROM unnest(p.asserted_roles || kernel.granted_roles(p.person_id)) AS held (role)
         WHERE held.role LIKE 'platform/%' AND held.role NOT IN (SELECT r.role FROM kernel.role r WHERE r.lent_to IS NOT NULL)
         ORDER BY array_position(ARRAY['platform/PLATFORM_ADMIN', 'platform/OPS_ADMIN', 'platform/MERCHANT'], held.role)
         LIMIT 1) AS role,
       CASE WHEN p.disabled_at IS NOT NULL THEN 'disabled' WHEN p.asserted_at IS NULL THEN 'pending' ELSE 'active' END AS status,
       coalesce(kernel.last_sign_in(p.person_id), p.asserted_at) AS last_login_at,
       coalesce((SELECT e.actor_id FROM kernel.event e WHERE e.stream = 'platform.user/' || p.person_id AND e.version = 1),
                (SELECT g.granted_by FROM kernel.role_grant g
                  WHERE g.person_id = p.person_id AND g.role LIKE 'platform/%'
                   AND g.role NOT IN (SELECT r.role FROM kernel.role r WHERE r.lent_to IS NOT NULL) ORDER BY g.granted_at, g.grant_id LIMIT 1)) AS created_by,
       p.created_at,
       greatest(p.created_at, p.disabled_at,
                (SELECT max(coalesce(a.until, a.since)) FROM kernel.role_assertion a WHERE a.person_id = p.person_id),
                (SELECT max(coalesce(r.revoked_at, g.granted_at))
                   FROM kernel.role_grant g LEFT JOIN kernel.role_revocation r USING (grant_id)
                  WHERE g.person_id = p.person_id)) AS updated_at,
       p.display_name AS name
  FROM kernel.person p
 WHERE EXISTS (SELECT FROM kernel.role_assertion a WHERE a.person_id = p.person_id AND a.role LIKE 'platform/%'
                   AND a.role NOT IN (SELECT r.role FROM kernel.role r WHERE r.lent_to IS NOT NULL))
    OR EXISTS (SELECT FROM kernel.role_grant g WHERE g.person_id = p.person_id AND g.role LIKE 'platform/%'
                   AND g.role NOT IN (SELECT r.role FROM kernel.role r WHERE r.lent_to IS NOT NULL))
    OR EXISTS (SELECT FROM kernel.stream s WHERE s.stream = 'platform.user/' || p.person_id);
GRANT SELECT ON platform.platform_users TO countersign_app, countersign_auditor;
