-- A list that begins with the next deadline of the rail reads runs of this index; what has none is behind every one that is to come.
CREATE INDEX returns_item_until ON transfers.returns_item (state, (coalesce(until_at, timestamptz '4500-01-01T00:00:00Z')), item_id);
