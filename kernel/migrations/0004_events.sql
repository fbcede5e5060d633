-- Facts, and the hand-off that gives committed facts their global order.

CREATE TABLE kernel.stream (
  stream    text PRIMARY KEY,                  -- console.aggregate/id
  tenant_id text,
  version   integer NOT NULL
);

CREATE TABLE kernel.event (
  seq            bigint GENERATED ALWAYS AS IDENTITY,
  event_id       uuid NOT NULL,
  tenant_id      text,
  stream         text NOT NULL,
  version        integer NOT NULL,
  type           text NOT NULL CHECK (type ~ '^[a-z]+\.[a-z_]+\.[a-z_]+$'),
  schema_version smallint NOT NULL,
  source         text NOT NULL,                -- the upstream, or 'countersign'
  actor_id       text,
  request_id     uuid,
  correlation_id text,
  causation_id   text,
  refs           text[] NOT NULL DEFAULT '{}', -- entities concerned, kind/id
  payload        jsonb NOT NULL,               -- personal data only as {shown, sealed}
  occurred_at    timestamptz NOT NULL,
  recorded_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (seq)
) PARTITION BY RANGE (seq);
CREATE INDEX event_stream ON kernel.event (stream, version);

-- Committed rows here have no position yet.
CREATE TABLE kernel.event_pending (
  seq bigint PRIMARY KEY
);

CREATE TABLE kernel.event_order (
  position bigint PRIMARY KEY,
  seq      bigint NOT NULL
);

CREATE TABLE kernel.event_head (
  one      boolean PRIMARY KEY DEFAULT true CHECK (one),
  position bigint NOT NULL
);
INSERT INTO kernel.event_head (position) VALUES (0);

-- What an upstream has already told us; unique outside the partitions.
CREATE TABLE kernel.ingested (
  source   text NOT NULL,
  event_id text NOT NULL,
  at       timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (source, event_id)
);

CREATE TABLE kernel.dead_letter (
  dead_letter_id uuid PRIMARY KEY,
  tenant_id      text,
  source         text NOT NULL,
  received_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  body_sealed    text NOT NULL,                -- what was sent, encrypted: nobody has classed its fields
  error          text NOT NULL,
  replayed_at    timestamptz
);

-- How far a poller has read an upstream's own history.
CREATE TABLE kernel.poll_cursor (
  source   text PRIMARY KEY,
  after    bigint NOT NULL DEFAULT 0,
  read_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  error    text
);

CREATE TABLE kernel.subject_key (
  subject     text PRIMARY KEY,                -- kind/id of whom or what the sealed value is about
  tenant_id   text,
  key_id      text NOT NULL,                   -- which key of the installation wraps it
  wrapped_key bytea NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE kernel.subject_key IS 'Deleting a row erases, everywhere, the values sealed under it.';

CREATE VIEW kernel.ordered_event AS
  SELECT o.position, e.*
    FROM kernel.event_order o JOIN kernel.event e USING (seq);

CALL kernel.make_append_only('kernel.event');
CALL kernel.make_append_only('kernel.event_order');
CALL kernel.scope_by_tenant('kernel.event');
CALL kernel.scope_by_tenant('kernel.stream');
CALL kernel.scope_by_tenant('kernel.dead_letter');
CALL kernel.scope_by_tenant('kernel.subject_key');

-- Partitions by position: old ones can be moved to cheaper storage whole. Made ahead of need by the sequencer.
CREATE FUNCTION kernel.ensure_event_partitions() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, kernel AS $$
DECLARE
  rows_per_partition CONSTANT bigint := 10000000;
  last_seq  bigint := coalesce((SELECT max(seq) FROM kernel.event), 0);
  partition bigint;
BEGIN
  FOR partition IN SELECT generate_series(last_seq / rows_per_partition, last_seq / rows_per_partition + 1) LOOP
    IF to_regclass(format('kernel.event_p%s', partition)) IS NULL THEN
      EXECUTE format('CREATE TABLE kernel.event_p%s PARTITION OF kernel.event FOR VALUES FROM (%s) TO (%s)',
                     partition, partition * rows_per_partition, (partition + 1) * rows_per_partition);
      EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON kernel.event_p%s
                      FOR EACH STATEMENT EXECUTE FUNCTION kernel.refuse_change()', partition);
    END IF;
  END LOOP;
END
$$;
SELECT kernel.ensure_event_partitions();

GRANT SELECT ON kernel.stream, kernel.event, kernel.event_order, kernel.event_head, kernel.ordered_event,
                kernel.poll_cursor
  TO countersign_app, countersign_dispatcher, countersign_sequencer, countersign_auditor;
GRANT SELECT ON kernel.event_pending TO countersign_sequencer;
GRANT SELECT ON kernel.dead_letter TO countersign_app, countersign_auditor;
GRANT SELECT ON kernel.subject_key TO countersign_app, countersign_dispatcher, countersign_sequencer;
REVOKE ALL ON FUNCTION kernel.ensure_event_partitions() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.ensure_event_partitions() TO countersign_sequencer;
