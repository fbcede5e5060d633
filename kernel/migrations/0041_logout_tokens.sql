-- Logout tokens that the identity provider has sent and that were taken: each counts once. Only the SHA-256 of a token's
-- id is kept, and for no longer than such a token could be taken at all.
CREATE TABLE kernel.logout_token (
  id_hash bytea PRIMARY KEY,
  seen_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
