-- Parties as they are screened: what Compliance said of them last, in the order in which it was heard. Names of people stand
-- sealed under the party's key, as in the events.
CREATE TABLE transfers.party_to_screen (
  id        text PRIMARY KEY,
  tenant_id text,
  version   integer NOT NULL,
  position  bigint NOT NULL,                 -- of the event: who comes later, or changes, stands behind
  kind      text NOT NULL,
  name      jsonb NOT NULL,                  -- a person's {shown, sealed, subject}, a company's text
  born      jsonb,                           -- {shown, sealed, subject}
  country   text
);
CREATE INDEX party_to_screen_position ON transfers.party_to_screen (position);

-- Each hit as it was raised and decided, whoever raised it: what became of a pair before, and of a rule's hits over time.
CREATE TABLE transfers.screening_hit (
  hit_id     text PRIMARY KEY,
  tenant_id  text,
  version    integer NOT NULL,
  party_id   text NOT NULL,
  list       text NOT NULL,
  uid        text,                           -- the entry's, where the hit is of our own screening
  rule_id    text NOT NULL,
  score      numeric NOT NULL,
  state      text NOT NULL,
  raised_at  timestamptz NOT NULL,
  decided_at timestamptz,
  decided_by text                            -- of this console; of others' decisions nobody is known
);
CREATE INDEX screening_hit_pair ON transfers.screening_hit (party_id, uid, raised_at);
CREATE INDEX screening_hit_rule ON transfers.screening_hit (rule_id, decided_at);

-- How far each version of a list has been compared with the parties: those up to this position.
CREATE TABLE transfers.list_screening (
  version    text PRIMARY KEY REFERENCES transfers.staged_list ON DELETE CASCADE,
  position   bigint NOT NULL DEFAULT 0,
  parties    bigint NOT NULL DEFAULT 0,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  reached_at timestamptz                      -- when all that were there had been compared for the first time
);

-- What screening found, from well below the score of a hit on, so that another threshold can be tried on it.
CREATE TABLE transfers.screening_finding (
  version   text NOT NULL REFERENCES transfers.staged_list ON DELETE CASCADE,
  party_id  text NOT NULL,
  uid       text NOT NULL,
  tenant_id text,
  list      text NOT NULL,
  score     numeric NOT NULL,
  hit_id    text NOT NULL,                   -- of what was compared: the same again is the same
  found_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  raised_at timestamptz,
  PRIMARY KEY (version, party_id, uid)
);
CREATE INDEX screening_finding_party ON transfers.screening_finding (party_id);
CREATE INDEX screening_finding_due ON transfers.screening_finding (version, score) WHERE raised_at IS NULL;
CREATE INDEX screening_finding_found ON transfers.screening_finding (list, found_at);

CALL kernel.scope_by_tenant('transfers.party_to_screen');
CALL kernel.scope_by_tenant('transfers.screening_hit');
CALL kernel.scope_by_tenant('transfers.screening_finding');

GRANT SELECT ON transfers.party_to_screen, transfers.screening_hit, transfers.list_screening, transfers.screening_finding
  TO countersign_app, countersign_dispatcher, countersign_auditor;
GRANT SELECT, INSERT, UPDATE, DELETE
  ON transfers.party_to_screen, transfers.screening_hit, transfers.list_screening, transfers.screening_finding
  TO countersign_sequencer;
