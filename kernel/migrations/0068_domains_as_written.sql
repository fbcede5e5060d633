-- More of what a person could not tell apart, or what is delivered to one mailbox, is one address: a domain in its own letters and in
-- the form that DNS has for them (RFC 5891, `xn--`), with or without the dot at its end; a quoted local part, whichever of its
-- characters have a backslash before them (RFC 5321 §4.1.2), as the same one without quotes where it needs none.

-- A label of a domain in its own letters (RFC 3492 §6.2); as it is where that is no such form.
CREATE FUNCTION kernel.domain_label(p_label text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  digits  text;
  points  integer[];
  n       bigint := 128;
  i       bigint := 0;
  bias    bigint := 72;
  before  bigint;
  weight  bigint;
  k       bigint;
  digit   bigint;
  edge    bigint;
  delta   bigint;
  size    bigint;
  place   integer := 1;
BEGIN
  IF p_label !~ '^xn--[a-z0-9-]{1,59}$' THEN RETURN p_label; END IF;
  points := ARRAY(SELECT ascii(c) FROM regexp_split_to_table(coalesce(substring(p_label FROM '^xn--(.*)-[^-]*$'), ''), '') AS c
                   WHERE c <> '');
  digits := substring(p_label FROM '([^-]*)$');
  WHILE place <= length(digits) LOOP
    before := i;
    weight := 1;
    k := 36;
    LOOP
      digit := strpos('abcdefghijklmnopqrstuvwxyz0123456789', substr(digits, place, 1)) - 1;
      IF place > length(digits) OR digit < 0 THEN RETURN p_label; END IF;
      place := place + 1;
      i := i + digit * weight;
      edge := least(greatest(k - bias, 1), 26);
      EXIT WHEN digit < edge;
      weight := weight * (36 - edge);
      k := k + 36;
      IF i > 2147483647 OR weight > 2147483647 THEN RETURN p_label; END IF;
    END LOOP;
    size := cardinality(points) + 1;
    delta := (i - before) / CASE WHEN before = 0 THEN 700 ELSE 2 END;
    delta := delta + delta / size;
    k := 0;
    WHILE delta > 455 LOOP
      delta := delta / 35;
      k := k + 36;
    END LOOP;
    bias := k + 36 * delta / (delta + 38);
    n := n + i / size;
    i := i % size;
    IF n > 1114111 OR n BETWEEN 55296 AND 57343 THEN RETURN p_label; END IF;
    points := points[:i] || n::integer || points[i + 1:];
    i := i + 1;
  END LOOP;
  RETURN (SELECT string_agg(chr(point), '' ORDER BY nth) FROM unnest(points) WITH ORDINALITY AS each (point, nth));
END
$$;

-- What stands before the @: without quotes where it needs none, else with what must have a backslash and nothing more.
CREATE FUNCTION kernel.local_part(p_local text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN p_local !~ '^"([^"\\]|\\.)*"$' THEN p_local
              WHEN bare ~ '^[^"\\@[:space:]]+$' THEN bare
              ELSE '"' || regexp_replace(bare, '(["\\])', '\\\1', 'g') || '"' END
    FROM (SELECT regexp_replace(substr(p_local, 2, length(p_local) - 2), '\\(.)', '\1', 'g') AS bare) AS quoted
$$;

-- In compatibility composition, without characters that are not seen.
CREATE FUNCTION kernel.what_is_seen(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT regexp_replace(normalize(p_text, NFKC),
           '[\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\u2800'
           '\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFB\U000E0000-\U000E0FFF\u0001-\u0008\u000E-\u001F\u007F-\u009F]', '', 'g')
$$;

CREATE OR REPLACE FUNCTION kernel.as_address(p_email text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT nullif(CASE WHEN strpos(plain, '@') = 0 THEN plain
                     ELSE kernel.local_part(regexp_replace(plain, '@[^@]*$', '')) || '@'
                          || (SELECT string_agg(lower(kernel.what_is_seen(kernel.domain_label(label))), '.' ORDER BY nth)
                                FROM regexp_split_to_table(rtrim(substring(plain FROM '[^@]*$'), '.'), '\.')
                                     WITH ORDINALITY AS each (label, nth)) END, '')
    FROM (SELECT lower(regexp_replace(translate(kernel.what_is_seen(p_email), '。', '.'), '^\s+|\s+$', '', 'g')) AS plain) AS address
$$;

INSERT INTO kernel.person_address (person_id, address_hash)
SELECT p.person_id, now.address_hash
  FROM kernel.person p
 CROSS JOIN LATERAL (SELECT sha256(convert_to(kernel.as_address(p.email), 'UTF8')) AS address_hash) now
  JOIN LATERAL (SELECT a.address_hash FROM kernel.person_address a
                 WHERE a.person_id = p.person_id ORDER BY a.position DESC LIMIT 1) last
    ON last.address_hash <> now.address_hash;
