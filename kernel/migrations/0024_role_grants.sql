-- Roles that people grant and take away (K-46). The governed action appends the event; these triggers make of it, in the
-- same transaction, the rows that every decision reads.
CREATE FUNCTION kernel.apply_role_event() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not yet'; END $$;
CREATE TRIGGER apply_role_event AFTER INSERT ON kernel.event
  FOR EACH ROW WHEN (NEW.type IN ('kernel.person.role_granted', 'kernel.person.role_revoked'))
  EXECUTE FUNCTION kernel.apply_role_event();
ALTER TABLE kernel.event ENABLE ALWAYS TRIGGER apply_role_event;

-- Since when the identity provider has said so, and until when it did.
CREATE TABLE kernel.role_assertion (
  person_id text NOT NULL REFERENCES kernel.person,
  role      text NOT NULL,
  tenant_id text,
  since     timestamptz NOT NULL DEFAULT clock_timestamp(),
  until     timestamptz,
  PRIMARY KEY (person_id, role, since)
);
CREATE INDEX role_assertion_ended ON kernel.role_assertion (until) WHERE until IS NOT NULL;
INSERT INTO kernel.role_assertion (person_id, role, tenant_id, since)
SELECT p.person_id, r.role, p.tenant_id, p.created_at FROM kernel.person p CROSS JOIN LATERAL unnest(p.asserted_roles) AS r (role)
    ON CONFLICT DO NOTHING;
CREATE FUNCTION kernel.note_assertions() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER note_assertions AFTER INSERT OR UPDATE OF asserted_roles ON kernel.person
  FOR EACH ROW EXECUTE FUNCTION kernel.note_assertions();
CALL kernel.scope_by_tenant('kernel.role_assertion');
GRANT SELECT ON kernel.role_assertion TO countersign_app, countersign_auditor;

CREATE INDEX role_grant_at ON kernel.role_grant (granted_at);
CREATE INDEX role_revocation_at ON kernel.role_revocation (revoked_at);
