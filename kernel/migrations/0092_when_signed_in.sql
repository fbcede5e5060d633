-- When somebody last signed in is asked for whoever is listed.
CREATE INDEX session_made ON kernel.session (person_id, created_at DESC);
