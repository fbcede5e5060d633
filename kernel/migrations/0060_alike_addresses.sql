-- What a person could not tell apart is one address: in compatibility composition (Unicode NFKC, so that full-width forms are the
-- plain ones), without characters that are not seen, an ideographic full stop as a dot (as IDNA takes it), a quoted local part as
-- the same one without its quotes where it needs none (RFC 5321 §4.1.2).
CREATE OR REPLACE FUNCTION kernel.as_address(p_email text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT nullif(lower(regexp_replace(regexp_replace(translate(seen, '。', '.'), '^\s+|\s+$', '', 'g'),
                                     '^"([^"\\@[:space:]]+)"@', '\1@')), '')
    FROM (SELECT regexp_replace(normalize(p_email, NFKC),
                   '[\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\u2800'
                   '\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFB\U000E0000-\U000E0FFF\u0001-\u0008\u000E-\u001F\u007F-\u009F]',
                   '', 'g') AS seen) AS text
$$;

INSERT INTO kernel.person_address (person_id, address_hash)
SELECT p.person_id, now.address_hash
  FROM kernel.person p
 CROSS JOIN LATERAL (SELECT sha256(convert_to(kernel.as_address(p.email), 'UTF8')) AS address_hash) now
  JOIN LATERAL (SELECT a.address_hash FROM kernel.person_address a
                 WHERE a.person_id = p.person_id ORDER BY a.position DESC LIMIT 1) last
    ON last.address_hash <> now.address_hash;
