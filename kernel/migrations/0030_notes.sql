-- What people write down on a record, and whom they mean by it (K-27). A note is never changed: a correction is a new
-- one that names the old.

CREATE TABLE kernel.note (
  note_id   uuid PRIMARY KEY,
  tenant_id text,
  kind      text NOT NULL,
  id        text NOT NULL,
  author_id text NOT NULL REFERENCES kernel.person,
  text      jsonb NOT NULL CHECK (text ? 'shown' AND text ? 'sealed'),  -- sealed under the key of the record
  corrects  uuid REFERENCES kernel.note,
  at        timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX note_record ON kernel.note (kind, id, at);

CREATE TABLE kernel.mention (
  note_id   uuid NOT NULL REFERENCES kernel.note,
  person_id text NOT NULL REFERENCES kernel.person,
  tenant_id text,
  at        timestamptz NOT NULL,
  PRIMARY KEY (note_id, person_id)
);
CREATE INDEX mention_person ON kernel.mention (person_id, at DESC, note_id);

CREATE TABLE kernel.mention_read (
  note_id   uuid NOT NULL,
  person_id text NOT NULL,
  tenant_id text,
  at        timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (note_id, person_id),
  FOREIGN KEY (note_id, person_id) REFERENCES kernel.mention
);

CALL kernel.make_append_only('kernel.note');
CALL kernel.make_append_only('kernel.mention');
CALL kernel.make_append_only('kernel.mention_read');
CALL kernel.scope_by_tenant('kernel.note');
CALL kernel.scope_by_tenant('kernel.mention');
CALL kernel.scope_by_tenant('kernel.mention_read');

GRANT SELECT ON kernel.note, kernel.mention, kernel.mention_read TO countersign_app, countersign_auditor;
