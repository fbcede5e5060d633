-- A filtered list that begins with the next deadline reads runs of these, as one in the order of due_at reads those of 0004.
CREATE INDEX returns_item_until_by_rail
  ON transfers.returns_item (state, rail, kind, (coalesce(until_at, timestamptz '4500-01-01T00:00:00Z')), item_id, currency);
CREATE INDEX returns_item_until_by_code
  ON transfers.returns_item (state, code, rail, kind, (coalesce(until_at, timestamptz '4500-01-01T00:00:00Z')), item_id, currency);
CREATE INDEX returns_item_until_by_currency
  ON transfers.returns_item (state, currency, rail, kind, (coalesce(until_at, timestamptz '4500-01-01T00:00:00Z')), item_id, code);
