-- Postings are read from the Ledger and from the event log; no projection ever filled this table.
DROP TABLE transfers.posting;
