-- Whose personal data two people have had erased (K-35). The key is gone with it; what their upstreams go on telling of them
-- is kept under no key at all.
CREATE TABLE kernel.subject_erasure (
  request_id uuid NOT NULL REFERENCES kernel.action_request,
  tenant_id  text,
  subject    text NOT NULL,                    -- of kernel.subject_key
  at         timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (request_id, subject)
);
CREATE INDEX subject_erasure_subject ON kernel.subject_erasure (subject, at);
CALL kernel.make_append_only('kernel.subject_erasure');
CALL kernel.scope_by_tenant('kernel.subject_erasure');
GRANT SELECT ON kernel.subject_erasure
  TO countersign_app, countersign_dispatcher, countersign_sequencer, countersign_auditor;
