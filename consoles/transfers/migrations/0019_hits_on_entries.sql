-- Whom it concerns that an entry goes from a list: the hits on it that are open, or were true matches.
CREATE INDEX screening_hit_on_entry ON transfers.screening_hit (list, uid) WHERE state IN ('open', 'true_match');
