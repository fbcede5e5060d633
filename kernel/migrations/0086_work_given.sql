-- What was to be given to whom under one key, and what came of it (K-12): the same key gives the same, never other items.
CREATE TABLE kernel.work_giving (
  actor_id text NOT NULL,
  queue    text NOT NULL,
  key      text NOT NULL CHECK (length(key) <= 255),
  digest   bytea NOT NULL CHECK (length(digest) = 32),   -- of what was asked
  plan     jsonb NOT NULL DEFAULT '[]',                  -- [{item_id, person_id, why}]
  given    text,                                         -- as it was answered; null while it is under way
  until    timestamptz NOT NULL,                         -- up to then whoever began it goes on with it
  began_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (actor_id, queue, key)
);
CREATE INDEX work_giving_age ON kernel.work_giving (began_at);
