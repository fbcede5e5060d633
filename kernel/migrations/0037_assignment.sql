-- Who works on what (K-26): several operators on an item, snoozed items, skills, capacity and absence of people, saved
-- views. All of it is events; these tables are what is shown of them.
ALTER TABLE kernel.assignment
  ADD COLUMN helpers text[] NOT NULL DEFAULT '{}',       -- beside the assignee
  ADD COLUMN snoozed_until timestamptz;
DROP INDEX kernel.assignment_person;
CREATE INDEX assignment_person ON kernel.assignment (assignee, queue, assigned_at DESC) WHERE assignee IS NOT NULL;
CREATE INDEX assignment_helpers ON kernel.assignment USING gin (helpers) WHERE helpers <> '{}';

ALTER TABLE kernel.queue ADD COLUMN skill_column text;   -- of item_table: the skill that an item asks for

-- How somebody works for one console. Nobody has a row until something is said of them.
CREATE TABLE kernel.operator (
  console    text NOT NULL,
  person_id  text NOT NULL,
  version    integer NOT NULL,                           -- of the operator's stream
  skills     text[] NOT NULL DEFAULT '{}',               -- none: whatever comes
  max_open   integer,                                    -- none: no limit
  away_from  timestamptz,
  away_until timestamptz,
  PRIMARY KEY (console, person_id)
);

-- An item that is being given to somebody, until the request that does so is in. Not evidence: that is the request.
CREATE TABLE kernel.work_offer (
  queue     text NOT NULL,
  item_id   text NOT NULL,
  person_id text NOT NULL,
  until     timestamptz NOT NULL,
  PRIMARY KEY (queue, item_id)
);
CREATE INDEX work_offer_person ON kernel.work_offer (person_id, queue);

-- Whose turn it is: who was given an item last, goes last.
CREATE TABLE kernel.work_turn (
  queue     text NOT NULL,
  person_id text NOT NULL,
  turn      bigint NOT NULL,
  PRIMARY KEY (queue, person_id)
);

CREATE TABLE kernel.saved_view (
  view_id text PRIMARY KEY,                              -- queue:uuid
  queue   text NOT NULL,
  version integer NOT NULL,                              -- of the view's stream
  owner   text NOT NULL,
  name    text NOT NULL,
  list    jsonb NOT NULL,                                -- filters, sort and columns, as the address of the list has them
  shared  boolean NOT NULL,
  deleted boolean NOT NULL
);
CREATE INDEX saved_view_queue ON kernel.saved_view (queue, owner) WHERE NOT deleted;

GRANT SELECT, INSERT, UPDATE, DELETE ON kernel.operator, kernel.saved_view TO countersign_sequencer;
GRANT SELECT ON kernel.operator, kernel.saved_view, kernel.work_offer, kernel.work_turn
  TO countersign_app, countersign_dispatcher, countersign_auditor;
