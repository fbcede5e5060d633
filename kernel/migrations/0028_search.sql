-- The omnibox's index, one projection of all consoles (kernel.search), which fills it from the first event on.
DROP TABLE kernel.search_key;
DELETE FROM kernel.projection_left_out WHERE projection = 'transfers.search';
DELETE FROM kernel.projection WHERE name = 'transfers.search';

-- What is found, as it is shown: the title holds personal data in its redacted form alone.
CREATE TABLE kernel.search_entity (
  kind      text NOT NULL,
  id        text NOT NULL,
  console   text NOT NULL,
  tenant_id text,
  title     text NOT NULL,
  related   text[] NOT NULL,                   -- references that the newest event gives beside it
  version   bigint NOT NULL,
  PRIMARY KEY (kind, id)
);
CALL kernel.scope_by_tenant('kernel.search_entity');

-- Everything but names that may be typed to mean one entity, from its beginning on.
CREATE TABLE kernel.search_key (
  console   text NOT NULL,
  key       text NOT NULL COLLATE "C",         -- normalised: lower case, no spaces or dashes
  kind      text NOT NULL,
  id        text NOT NULL,
  why       text NOT NULL,                     -- id, reference, trace number …
  tenant_id text,
  PRIMARY KEY (console, key, kind, id, why)    -- the console first, so that a prefix is read without others' rows
);
CALL kernel.scope_by_tenant('kernel.search_key');

-- Names and e-mail addresses, as keyed hashes of their words, of these with a letter left out, and of their beginnings:
-- they can be compared and not be read. A person's go with the key that the name is sealed under.
CREATE TABLE kernel.search_name (
  kind      text NOT NULL,
  id        text NOT NULL,
  part      text NOT NULL,                     -- which of its names
  console   text NOT NULL,
  tenant_id text,
  subject   text,                              -- of kernel.subject_key; null where the name is no personal data
  words     smallint NOT NULL,
  tokens    bigint[] NOT NULL,
  version   bigint NOT NULL,
  PRIMARY KEY (kind, id, part)
);
CREATE INDEX search_name_tokens ON kernel.search_name USING gin (tokens);
CREATE INDEX search_name_subject ON kernel.search_name (subject) WHERE subject IS NOT NULL;
CALL kernel.scope_by_tenant('kernel.search_name');

GRANT SELECT, INSERT, UPDATE, DELETE ON kernel.search_entity, kernel.search_key, kernel.search_name
  TO countersign_sequencer;
GRANT SELECT ON kernel.search_entity, kernel.search_key, kernel.search_name
  TO countersign_app, countersign_dispatcher, countersign_auditor;

-- Operators and machines are few, and no fact in the event store: their own table is searched.
CREATE FUNCTION kernel.word_variants(p_text text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog AS $$
  SELECT coalesce(array_agg(DISTINCT CASE n WHEN 0 THEN word ELSE left(word, n - 1) || substr(word, n + 1) END), '{}')
    FROM regexp_split_to_table(lower(left(p_text, 200)), '[^[:alnum:]]+') AS word,
         generate_series(0, length(word)) AS n
   WHERE length(word) > 2
$$;
COMMENT ON FUNCTION kernel.word_variants IS 'The words of a text, and each with one letter left out.';
CREATE INDEX person_name_variants ON kernel.person USING gin (kernel.word_variants(display_name));
CREATE INDEX person_email ON kernel.person (lower(email) text_pattern_ops);
CREATE INDEX person_id_prefix ON kernel.person (lower(person_id) text_pattern_ops);
