-- Open hits by their rule, for the page of all rules.
CREATE INDEX screening_hit_open ON transfers.screening_hit (rule_id) WHERE state = 'open';
