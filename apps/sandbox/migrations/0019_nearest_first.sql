-- A reference is looked for among what is open of a currency and side, and what is nearest in date among that.
DROP INDEX recon.expected_by_reference;
CREATE INDEX expected_by_reference ON recon.expected_line (currency, side, reference_key text_pattern_ops) WHERE NOT matched;
CREATE INDEX expected_by_day ON recon.expected_line (currency, side, date, posting_id) WHERE NOT matched;
