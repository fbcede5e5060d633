-- Rows that only bridge a time are let go once it is over (kernel.purge_expired). What is old is found by its age.
CREATE INDEX ingested_age ON kernel.ingested USING brin (at);
CREATE INDEX idempotency_in_flight_until ON kernel.idempotency_in_flight (until);
CREATE INDEX session_absolute_end ON kernel.session (absolute_expires_at);
CREATE INDEX sign_in_attempt_age ON kernel.sign_in_attempt (created_at);
