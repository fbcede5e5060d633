-- What a declared fork and a rotation of the key go by.

-- Where a halt says that the log is not the one the witness has seen: the newest checkpoint of the witness, which
-- people may declare lost.
ALTER TABLE kernel.audit_halt
  ADD COLUMN lost_size bigint,
  ADD COLUMN lost_root bytea,
  ADD CHECK ((lost_size IS NULL) = (lost_root IS NULL));

-- Keys that the signer holds beside the one in force, newest last; null: it holds none. A rotation is only to a key that
-- is offered here, so that nobody declares one that nobody can sign with.
CREATE TABLE kernel.audit_offered_key (
  position     bigint PRIMARY KEY,
  verifier_key text,
  at           timestamptz NOT NULL DEFAULT now()
);
CALL kernel.make_append_only('kernel.audit_offered_key');
CALL kernel.write_by_audit_routine('kernel.audit_offered_key', 'INSERT OR UPDATE OR DELETE');
GRANT SELECT ON kernel.audit_offered_key TO countersign_app, countersign_auditor, countersign_signer;

-- Replaced by one that takes what the witness holds as well.
DROP FUNCTION IF EXISTS kernel.record_audit_halt(boolean, text, text);
