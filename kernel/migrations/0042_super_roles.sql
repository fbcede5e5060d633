-- The roles of a console that may break the glass (K-20): being on the list of its approval policy does not do it alone.
ALTER TABLE kernel.role ADD COLUMN breaks_glass boolean NOT NULL DEFAULT false;
