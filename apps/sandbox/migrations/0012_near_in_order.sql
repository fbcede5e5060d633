-- Of the lines that a day made us expect on one side, the first so many are read, however many there are.
DROP INDEX recon.expected_by_date;
CREATE INDEX expected_near ON recon.expected_line (ledger_account, side, date, posting_id) WHERE NOT matched;
