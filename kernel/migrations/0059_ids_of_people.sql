-- No person has the name of a process, nor a word that the audit log and the grants use of nobody in particular: what a process
-- may do follows from its name. The same ids as in kernel/identity/person-id.ts.
ALTER TABLE kernel.person ADD CONSTRAINT person_id_names_a_person
  CHECK (person_id !~ '^(system|signer):' AND lower(person_id) NOT IN ('anonymous', 'none', 'system', 'cli', 'me'));
