-- What each person has announced of a version of a list, and the parts that they have brought of it: nobody's stand in the way of another's.
-- Once the parts of one of them are all there, and are what the digest names, the version stands in transfers.staged_list, and stays as it is.
CREATE TABLE transfers.list_announcement (
  sha256       text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  announced_by text NOT NULL,
  list         text NOT NULL,
  published    date NOT NULL,
  entries      integer NOT NULL CHECK (entries > 0),
  names        integer NOT NULL,
  parts        integer NOT NULL CHECK (parts BETWEEN 1 AND 1000),
  announced_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  found_wrong  boolean NOT NULL DEFAULT false,  -- all of it came, and was something else
  PRIMARY KEY (sha256, announced_by)
);
CREATE INDEX list_announcement_by_list ON transfers.list_announcement (list, announced_at DESC);

CREATE TABLE transfers.announced_part (
  sha256       text NOT NULL,
  announced_by text NOT NULL,
  n            integer NOT NULL,
  entries      jsonb NOT NULL,
  PRIMARY KEY (sha256, announced_by, n),
  FOREIGN KEY (sha256, announced_by) REFERENCES transfers.list_announcement ON DELETE CASCADE
);

-- Of what has not arrived whole nobody can say any more who brought which part: it is brought again.
DELETE FROM transfers.staged_list s
 WHERE (SELECT count(*) FROM transfers.staged_list_part p WHERE p.sha256 = s.sha256) < s.parts;
INSERT INTO transfers.list_announcement (sha256, announced_by, list, published, entries, names, parts, announced_at)
SELECT sha256, staged_by, list, published, entries, names, parts, staged_at FROM transfers.staged_list;

GRANT SELECT ON transfers.list_announcement, transfers.announced_part
  TO countersign_app, countersign_dispatcher, countersign_sequencer, countersign_auditor;
