-- Several accounts may be one person's: an address is asked about whenever somebody decides.
CREATE INDEX person_email ON kernel.person (lower(email)) WHERE email IS NOT NULL;
