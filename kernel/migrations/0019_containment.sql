-- What contains (a freeze) goes on while the audit log is halted; the request says so, as its declaration did.
ALTER TABLE kernel.action_request ADD COLUMN containment boolean NOT NULL DEFAULT false;
