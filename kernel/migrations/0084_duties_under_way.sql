-- A round that never returns and one that fails for long are told apart from one that goes well (T-10).
ALTER TABLE kernel.duty_report
  ADD COLUMN under_way     boolean NOT NULL DEFAULT false,  -- the round that began last has not ended
  ADD COLUMN round_max_s   integer NOT NULL DEFAULT 120 CHECK (round_max_s > 0), -- longer than any of its rounds should take
  ADD COLUMN failing_since timestamptz;                     -- the first of the rounds that failed one after the other up to now
