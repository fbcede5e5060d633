-- How the platform is set up, in the columns of its own contract.
CREATE TABLE platform.system_config (
  id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  config_key   text NOT NULL UNIQUE CHECK (config_key ~ '^[a-z][a-z0-9_]{0,63}$'),
  config_value jsonb NOT NULL,
  category     text NOT NULL,
  is_financial boolean NOT NULL,
  version      integer NOT NULL DEFAULT 1 CHECK (version > 0),
  description  text NOT NULL,
  updated_by   text,                             -- null: as it was delivered
  created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE platform.config_history (
  id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  config_id      uuid NOT NULL REFERENCES platform.system_config,
  config_key     text NOT NULL,
  version        integer NOT NULL,               -- that the new value made
  old_value      jsonb,                          -- null: it is the first
  new_value      jsonb NOT NULL,
  schema_version integer NOT NULL,               -- of the form in which the value was written
  rolled_back_to integer,
  changed_by     text,
  change_reason  text NOT NULL,                  -- the code; what was noted with it stands sealed with the request
  request_id     uuid,
  changed_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (config_id, version)
);
CALL kernel.make_append_only('platform.config_history');

-- CRITICAL: operations have no financial authority (P-08, P-11). The server's own login sees no row that is financial, whatever it asks
-- for, and so does what serves the log; nobody but the routine below writes any.
ALTER TABLE platform.system_config ENABLE ROW LEVEL SECURITY;
ALTER TABLE platform.system_config FORCE ROW LEVEL SECURITY;
ALTER TABLE platform.config_history ENABLE ROW LEVEL SECURITY;
ALTER TABLE platform.config_history FORCE ROW LEVEL SECURITY;
CREATE POLICY operations ON platform.system_config FOR SELECT TO countersign_app, countersign_auditor USING (NOT is_financial);
CREATE POLICY operations ON platform.config_history FOR SELECT TO countersign_app, countersign_auditor
  USING (EXISTS (SELECT FROM platform.system_config c WHERE c.id = config_id AND NOT c.is_financial));
CREATE POLICY background ON platform.system_config TO countersign_owner USING (true) WITH CHECK (true);
CREATE POLICY background ON platform.config_history TO countersign_owner USING (true) WITH CHECK (true);
GRANT SELECT ON platform.system_config, platform.config_history TO countersign_app, countersign_auditor;

INSERT INTO platform.system_config (config_key, config_value, category, is_financial, description) VALUES
  ('feature_flag_qr', 'false', 'feature_flags', false, 'Payment by QR code at the checkout'),
  ('feature_flag_wallets', '{"enabled": true, "percent": 10}', 'feature_flags', false, 'Payment by wallets of phones at the checkout'),
  ('feature_flag_saved_cards', 'true', 'feature_flags', false, 'Customers may keep a card for the next time'),
  ('checkout_timeout', '"15m"', 'timeouts', false, 'For how long a checkout waits for the customer'),
  ('gateway_timeout', '"10s"', 'timeouts', false, 'For how long an answer of a gateway is waited for'),
  ('webhook_timeout', '"5s"', 'timeouts', false, 'For how long a merchant has to answer a webhook'),
  ('webhook_attempts', '8', 'thresholds', false, 'How often a webhook is sent before it is given up'),
  ('gateway_degraded_rate', '92.5', 'thresholds', false, 'Share of authorisations below which a gateway counts as degraded'),
  ('api_deprecations_announced', 'true', 'notices', false, 'Answers of the API say which of its parts will go'),
  ('checkout_layout', '"compact"', 'checkout', false, 'How the checkout is laid out where a merchant has not chosen'),
  ('maintenance_window', '{"day": "sunday", "from": "02:00", "to": "04:00"}', 'maintenance', false, 'When work on the platform is announced for, UTC'),
  ('settlement_timing', '"1d"', 'settlement', true, 'After how long merchants are settled'),
  ('settlement_minimum', '10000', 'settlement', true, 'From which balance on a merchant is settled, in minor units'),
  ('payout_reserve_percent', '5', 'settlement', true, 'Share of a balance that is held back'),
  ('processing_fee_percent', '1.4', 'fees', true, 'Share of a payment that is charged for it');
INSERT INTO platform.config_history (config_id, config_key, version, new_value, schema_version, change_reason)
SELECT id, config_key, version, config_value, 1, 'delivered' FROM platform.system_config;

-- Their functions stand in consoles/platform/system-config/changed-config.routine.sql.
CREATE FUNCTION platform.apply_config_event() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not yet'; END $$;
CREATE TRIGGER apply_config_event AFTER INSERT ON kernel.event
  FOR EACH ROW WHEN (NEW.type IN ('platform.config.changed', 'platform.config.rolled_back'))
  EXECUTE FUNCTION platform.apply_config_event();
ALTER TABLE kernel.event ENABLE ALWAYS TRIGGER apply_config_event;
