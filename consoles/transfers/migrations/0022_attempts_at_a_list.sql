-- Which attempt at bringing a version an announcement is: begun anew it is another, and what was found of the parts of the former is not said of its own.
ALTER TABLE transfers.list_announcement ADD COLUMN attempt uuid NOT NULL DEFAULT gen_random_uuid();
