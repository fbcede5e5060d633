-- Tables derived from events: how far each has come, and the ones that every console shares.

CREATE TABLE kernel.projection (
  name       text PRIMARY KEY,                 -- console.projection
  generation integer NOT NULL DEFAULT 1,       -- of its table; a rebuild fills the next one
  position   bigint NOT NULL DEFAULT 0,        -- the last position applied
  failing    text,                             -- why it stopped, in words
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- One row for each entity that an event concerns, in the order in which things happened: upstreams tell us of them in
-- an order of their own.
CREATE TABLE kernel.timeline (
  kind      text NOT NULL,
  id        text NOT NULL,
  at        timestamptz NOT NULL,
  position  bigint NOT NULL,
  seq       bigint NOT NULL,
  PRIMARY KEY (kind, id, at, position)
);

-- Work items of every queue: who has them. Kept apart from the queues' own tables, which are rebuilt.
CREATE TABLE kernel.assignment (
  queue       text NOT NULL,
  item_id     text NOT NULL,
  assignee    text,
  version     integer NOT NULL,                -- of the work item's stream
  assigned_at timestamptz,
  PRIMARY KEY (queue, item_id)
);
CREATE INDEX assignment_person ON kernel.assignment (assignee, queue) WHERE assignee IS NOT NULL;

-- Exact look-up for the omnibox: everything an operator may type to mean one entity.
CREATE TABLE kernel.search_key (
  key      text NOT NULL COLLATE "C",          -- normalised: lower case, no spaces or dashes
  kind     text NOT NULL,
  id       text NOT NULL,
  why      text NOT NULL,                      -- id, reference, trace_number …
  title    text NOT NULL,
  console  text NOT NULL,
  tenant_id text,
  PRIMARY KEY (key, kind, id, why)
);
CREATE INDEX search_key_entity ON kernel.search_key (kind, id);
CALL kernel.scope_by_tenant('kernel.search_key');

GRANT SELECT, INSERT, UPDATE, DELETE ON kernel.projection, kernel.timeline, kernel.assignment, kernel.search_key
  TO countersign_sequencer;
GRANT SELECT ON kernel.projection, kernel.timeline, kernel.assignment, kernel.search_key
  TO countersign_app, countersign_dispatcher, countersign_auditor;
