-- What calls for a person, and whom it has been told (K-47). An alert is written in the transaction of what caused it
-- where there is one; at most one of a kind and key is open at a time.
CREATE TABLE kernel.alert (
  alert_id        text PRIMARY KEY CHECK (alert_id ~ '^[a-z]+\.[0-9a-f-]{36}$'),  -- audience.uuid
  tenant_id       text,
  kind            text NOT NULL CHECK (kind ~ '^[a-z]+\.[a-z_]+$'),
  dedupe_key      text NOT NULL CHECK (length(dedupe_key) BETWEEN 1 AND 512),
  audience        text NOT NULL,                -- a console; 'kernel': everybody; 'audit': who reads the audit log
  facts           jsonb NOT NULL,               -- ids and codes for its title, nothing personal
  lasting         boolean NOT NULL,             -- false: it happened, so acknowledging it ends it
  raised_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
  resolved_at     timestamptz,
  acknowledged_at timestamptz,
  acknowledged_by text,
  silenced_until  timestamptz,
  escalated       boolean NOT NULL DEFAULT false,  -- by a person: then others are told whatever the hour
  pages           integer NOT NULL DEFAULT 0,   -- how often somebody was told: the step on the ladder of the roster
  next_page_at    timestamptz DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX alert_one_open ON kernel.alert (kind, dedupe_key) WHERE resolved_at IS NULL;
CREATE INDEX alert_due ON kernel.alert (next_page_at) WHERE resolved_at IS NULL;
CREATE INDEX alert_newest ON kernel.alert (raised_at DESC, alert_id DESC);
CREATE INDEX alert_silenced ON kernel.alert (kind, dedupe_key, silenced_until) WHERE silenced_until IS NOT NULL;

-- One message to one recipient over one channel. The address is looked up when it is sent, and kept nowhere.
CREATE TABLE kernel.alert_delivery (
  delivery_id  uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id    text,
  alert_id     text NOT NULL REFERENCES kernel.alert,
  what         text NOT NULL CHECK (what IN ('page', 'resolved')),
  page         integer NOT NULL,
  channel      text NOT NULL CHECK (channel IN ('email', 'webhook')),
  recipient    text NOT NULL,                   -- a person's id, or the name of the webhook
  created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  available_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  lease_until  timestamptz,
  lease_holder text,
  fence        bigint NOT NULL DEFAULT 0,
  attempts     integer NOT NULL DEFAULT 0,
  error        text,                            -- code of the last failure
  settled_at   timestamptz,
  outcome      text CHECK (outcome IN ('sent', 'dead', 'withdrawn')),
  UNIQUE (alert_id, what, page, channel, recipient),
  CHECK ((settled_at IS NULL) = (outcome IS NULL))
) WITH (fillfactor = 70);
CREATE INDEX alert_delivery_due ON kernel.alert_delivery (available_at) WHERE settled_at IS NULL;

CALL kernel.scope_by_tenant('kernel.alert');
CALL kernel.scope_by_tenant('kernel.alert_delivery');

GRANT SELECT ON kernel.alert, kernel.alert_delivery
  TO countersign_app, countersign_dispatcher, countersign_auditor;
