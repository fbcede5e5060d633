-- How often a party's account data were corrected: whoever sends to them says which correction they have seen.
ALTER TABLE cts.account_on_file ADD COLUMN version integer NOT NULL DEFAULT 1;
