-- Whether anything of a statement is still open.
CREATE INDEX exception_of_statement ON recon.exception (statement_id) WHERE state = 'open';
