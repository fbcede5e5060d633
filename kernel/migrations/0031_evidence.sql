-- Files that people attach to a record (K-27), each with its retention class (K-35). The file itself lies outside the
-- database, sealed, under the hash of its sealed bytes; these rows say what it is and what has become of it. None of
-- them is ever changed.

CREATE TABLE kernel.evidence (
  evidence_id     text PRIMARY KEY CHECK (evidence_id ~ '^[a-z]+\.[0-9a-f-]{36}$'),  -- console whose record it is on, UUID
  tenant_id       text,
  kind            text NOT NULL,
  id              text NOT NULL,
  attached_by     text NOT NULL REFERENCES kernel.person,
  name            jsonb NOT NULL CHECK (name ? 'shown' AND name ? 'sealed'),
  type            text NOT NULL,                     -- media type, as its content shows
  bytes           bigint NOT NULL CHECK (bytes > 0),
  sha256          text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),         -- of the file
  stored_sha256   text NOT NULL UNIQUE CHECK (stored_sha256 ~ '^[0-9a-f]{64}$'),  -- of the sealed bytes: where they lie
  retention_class text NOT NULL,
  keep_until      timestamptz NOT NULL,
  at              timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX evidence_record ON kernel.evidence (kind, id, at DESC, evidence_id);
CREATE INDEX evidence_term ON kernel.evidence (keep_until);

-- What the virus scanner said, each time it was asked; the newest holds.
CREATE TABLE kernel.evidence_scan (
  evidence_id text NOT NULL REFERENCES kernel.evidence,
  step        integer NOT NULL,
  tenant_id   text,
  verdict     text NOT NULL CHECK (verdict IN ('clean', 'infected', 'unavailable', 'not_scanned')),
  detail      text,
  at          timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (evidence_id, step)
);

CREATE TABLE kernel.evidence_removal (
  evidence_id text PRIMARY KEY REFERENCES kernel.evidence,
  tenant_id   text,
  at          timestamptz NOT NULL DEFAULT clock_timestamp()
);

CALL kernel.make_append_only('kernel.evidence');
CALL kernel.make_append_only('kernel.evidence_scan');
CALL kernel.make_append_only('kernel.evidence_removal');
CALL kernel.scope_by_tenant('kernel.evidence');
CALL kernel.scope_by_tenant('kernel.evidence_scan');
CALL kernel.scope_by_tenant('kernel.evidence_removal');

-- Each piece of evidence as it is now. A legal hold is the newest word of its stream.
CREATE VIEW kernel.evidence_now WITH (security_invoker = true) AS
  SELECT e.*, s.verdict, s.detail AS scan_detail, s.at AS scanned_at, s.step AS scans, r.at AS removed_at,
         coalesce((SELECT h.type = 'kernel.evidence.held' FROM kernel.event h
                    WHERE h.stream = 'kernel.evidence/' || e.evidence_id
                      AND h.type IN ('kernel.evidence.held', 'kernel.evidence.hold_released')
                    ORDER BY h.version DESC LIMIT 1), false) AS held,
         CASE WHEN r.at IS NOT NULL THEN 'removed'
              WHEN s.verdict IN ('clean', 'not_scanned') THEN 'available'
              ELSE 'quarantined' END AS state
    FROM kernel.evidence e
    CROSS JOIN LATERAL (SELECT * FROM kernel.evidence_scan s
                         WHERE s.evidence_id = e.evidence_id ORDER BY s.step DESC LIMIT 1) s
    LEFT JOIN kernel.evidence_removal r ON r.evidence_id = e.evidence_id;

GRANT SELECT ON kernel.evidence, kernel.evidence_scan, kernel.evidence_removal, kernel.evidence_now
  TO countersign_app, countersign_dispatcher, countersign_auditor;
