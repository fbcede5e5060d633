-- The audit log: entries, their place in an RFC 6962 Merkle tree, and the signed checkpoints of that tree.
-- What each table promises, and against whom: docs/audit.md.
--
-- Every write goes through a routine (kernel/audit/*.routine.sql). Nobody but the owner could write directly, and
-- the owner is refused too outside a routine: a statement typed by hand in the owner's name must not be mistaken
-- for the product's own.

CREATE FUNCTION kernel.require_audit_routine() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('countersign.audit_routine', true) IS DISTINCT FROM 'running' THEN
    RAISE EXCEPTION '%.% is written by the audit routines alone: % is refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP
      USING ERRCODE = 'restrict_violation',
            HINT = 'Append with kernel.append_audit; nothing else writes the audit log.';
  END IF;
  RETURN NULL;
END
$$;

-- For the statement, not for each row: a statement that happens to match no row is refused as well.
CREATE PROCEDURE kernel.write_by_audit_routine(p_table regclass, p_operations text)
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER require_audit_routine BEFORE %s ON %s
                  FOR EACH STATEMENT EXECUTE FUNCTION kernel.require_audit_routine()', p_operations, p_table);
  EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER require_audit_routine', p_table);
END
$$;

-- An identity column on a partitioned table needs PostgreSQL 17; a sequence serves 15 to 18.
-- The order of seq is not the order of commits. Only audit_leaf orders the log.
CREATE SEQUENCE kernel.audit_seq MINVALUE 0 START 0;

-- One row is one entry. `canonical` is the entry (RFC 8785 JSON, format_version 1); the other columns are copied
-- out of it by the routine, for queries, and the verifier compares them with it.
CREATE TABLE kernel.audit_entry (
  seq                 bigint      NOT NULL,
  entry_id            uuid        NOT NULL,
  at                  timestamptz NOT NULL,
  format_version      smallint    NOT NULL,
  kind                text        NOT NULL,
  actor_id            text        NOT NULL,
  outcome             text        NOT NULL,
  leaf_hash           bytea       NOT NULL,
  canonical           bytea       NOT NULL,
  actor_roles         text[]      NOT NULL,
  tenant_id           text,
  event_sub_type      text,
  severity            text,
  action              text,
  target_kind         text,
  target_id           text,
  reason_code         text,
  action_request_id   uuid,
  transition_from     text,
  transition_to       text,
  transition_revision integer,
  http_request_id     text,
  PRIMARY KEY (seq),
  CHECK (octet_length(leaf_hash) = 32),
  -- C2SP tlog-tiles: an entry's length is a uint16 in its bundle.
  CHECK (octet_length(canonical) <= 65535),
  CHECK (kind IN ('action', 'approval', 'denial', 'sign_in', 'sign_in_failed', 'sign_out', 'reveal', 'export',
                  'read', 'security', 'system')),
  CHECK (severity IN ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL'))
) PARTITION BY RANGE (seq);

-- What the explorer filters by (C-12); each in the order it is paged in.
CREATE INDEX audit_entry_at ON kernel.audit_entry (at, seq);
CREATE INDEX audit_entry_actor ON kernel.audit_entry (actor_id, at, seq);
CREATE INDEX audit_entry_target ON kernel.audit_entry (target_id, at, seq) WHERE target_id IS NOT NULL;
CREATE INDEX audit_entry_action ON kernel.audit_entry (action, at, seq) WHERE action IS NOT NULL;
-- Entries of these kinds are the bulk and are found by the indexes above; the rest are few and looked for.
CREATE INDEX audit_entry_notable ON kernel.audit_entry (kind, at, seq)
  WHERE kind NOT IN ('action', 'approval', 'read') OR severity IS NOT NULL;

-- Values that may not enter a leaf: {path in the entry: {salt, value}}. The leaf holds SHA-256(salt ‖ value).
-- Erasing a person's data deletes rows here, and every proof stands.
CREATE TABLE kernel.audit_personal (
  entry_id  uuid PRIMARY KEY,
  tenant_id text,
  "values"  jsonb NOT NULL
);

-- Entries that have no place in the tree yet. Committed rows only are seen by the sequencer, so no entry can be
-- passed over because it committed late.
CREATE TABLE kernel.audit_pending (
  seq       bigint PRIMARY KEY,
  entry_id  uuid  NOT NULL,
  leaf_hash bytea NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);

-- The order of the log: contiguous from 0.
CREATE TABLE kernel.audit_leaf (
  leaf_index bigint PRIMARY KEY,
  seq        bigint NOT NULL UNIQUE,
  entry_id   uuid   NOT NULL,
  leaf_hash  bytea  NOT NULL
);

-- Full tiles of 256 hashes (C2SP tlog-tiles) at every level, with the root of each, which is the hash that stands
-- for it one level up. Partial tiles are read from audit_leaf and from these roots.
CREATE TABLE kernel.audit_tile (
  level      smallint NOT NULL,
  tile_index bigint   NOT NULL,
  hashes     bytea    NOT NULL,
  root       bytea    NOT NULL,
  PRIMARY KEY (level, tile_index),
  CHECK (octet_length(hashes) = 8192),
  CHECK (octet_length(root) = 32)
);
-- Hashes do not compress.
ALTER TABLE kernel.audit_tile ALTER COLUMN hashes SET STORAGE EXTERNAL;

-- The size of the tree, and the leaf hashes of its last, incomplete tile.
CREATE TABLE kernel.audit_head (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  size     bigint NOT NULL,
  tail     bytea  NOT NULL,
  CHECK (octet_length(tail) = 32 * (size % 256))
);
ALTER TABLE kernel.audit_head ALTER COLUMN tail SET STORAGE EXTERNAL;
INSERT INTO kernel.audit_head (size, tail) VALUES (0, '');

-- Keys that have signed this log, as C2SP verifier keys, with the tree size each is valid from.
CREATE TABLE kernel.audit_signer_key (
  valid_from_size bigint PRIMARY KEY,
  verifier_key    text NOT NULL UNIQUE,
  at              timestamptz NOT NULL DEFAULT now()
);

-- Checkpoints that the witness has accepted, as signed notes.
CREATE TABLE kernel.audit_checkpoint (
  tree_size bigint PRIMARY KEY,
  root      bytea NOT NULL,
  note      text NOT NULL,
  at        timestamptz NOT NULL DEFAULT now(),
  CHECK (octet_length(root) = 32)
);

-- The signer's word on whether the log may be believed; the newest row holds. While it says halted, the console
-- is read-only and shows the message.
CREATE TABLE kernel.audit_halt (
  position bigint PRIMARY KEY,
  halted   boolean NOT NULL,
  code     text NOT NULL,
  message  text NOT NULL,
  at       timestamptz NOT NULL DEFAULT now()
);

CALL kernel.make_append_only('kernel.audit_entry');
CALL kernel.make_append_only('kernel.audit_leaf');
CALL kernel.make_append_only('kernel.audit_tile');
CALL kernel.make_append_only('kernel.audit_signer_key');
CALL kernel.make_append_only('kernel.audit_checkpoint');
CALL kernel.make_append_only('kernel.audit_halt');

CALL kernel.write_by_audit_routine('kernel.audit_entry', 'INSERT OR UPDATE OR DELETE');
CALL kernel.write_by_audit_routine('kernel.audit_leaf', 'INSERT OR UPDATE OR DELETE');
CALL kernel.write_by_audit_routine('kernel.audit_tile', 'INSERT OR UPDATE OR DELETE');
CALL kernel.write_by_audit_routine('kernel.audit_signer_key', 'INSERT OR UPDATE OR DELETE');
CALL kernel.write_by_audit_routine('kernel.audit_checkpoint', 'INSERT OR UPDATE OR DELETE');
CALL kernel.write_by_audit_routine('kernel.audit_halt', 'INSERT OR UPDATE OR DELETE');
CALL kernel.write_by_audit_routine('kernel.audit_personal', 'INSERT OR UPDATE OR DELETE OR TRUNCATE');
CALL kernel.write_by_audit_routine('kernel.audit_pending', 'INSERT OR UPDATE OR DELETE OR TRUNCATE');
CALL kernel.write_by_audit_routine('kernel.audit_head', 'INSERT OR UPDATE OR DELETE OR TRUNCATE');

CALL kernel.scope_by_tenant('kernel.audit_entry');
CALL kernel.scope_by_tenant('kernel.audit_personal');

GRANT SELECT ON kernel.audit_entry, kernel.audit_leaf, kernel.audit_tile, kernel.audit_head, kernel.audit_checkpoint,
                kernel.audit_signer_key, kernel.audit_halt
  TO countersign_app, countersign_auditor;
GRANT SELECT ON kernel.audit_personal, kernel.audit_pending TO countersign_auditor;
GRANT SELECT ON kernel.audit_pending, kernel.audit_tile, kernel.audit_head, kernel.audit_leaf TO countersign_sequencer;
GRANT SELECT ON kernel.audit_leaf, kernel.audit_tile, kernel.audit_head, kernel.audit_checkpoint,
                kernel.audit_signer_key, kernel.audit_halt
  TO countersign_signer;
-- Effects that demand evidence first wait for the checkpoint that covers their authorisation.
GRANT SELECT ON kernel.audit_leaf, kernel.audit_checkpoint, kernel.audit_halt TO countersign_dispatcher;
