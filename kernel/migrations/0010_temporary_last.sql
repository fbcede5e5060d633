-- A name that search_path does not place is looked for in pg_temp first, where whoever is logged in makes types and
-- tables of their own: a routine that runs as the owner would run theirs. So pg_temp is named, and last. Routines of
-- *.routine.sql files say so themselves; this one was made by a migration.
ALTER FUNCTION kernel.ensure_event_partitions() SET search_path = pg_catalog, kernel, pg_temp;
