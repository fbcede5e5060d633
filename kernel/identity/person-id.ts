import { ENTITY_ID } from '../entities/entity-ref.ts'
import { sha256 } from '../personal-data/canonical-json.ts'

/**
 * Words that the audit log and the grants use of nobody in particular; `me` is whoever asks. Neither they nor the names of
 * processes are taken by the database (its constraint `person_id_names_a_person`).
 */
const NOT_A_PERSON: ReadonlySet<string> = new Set(['anonymous', 'none', 'system', 'cli', 'me'])

/**
 * The id under which a person is known here: the provider's subject where that is an id, else its hash (a subject may
 * be an e-mail address, which must not stand in a log).
 */
export function personId(issuer: string, subject: string): string {
  const ours = /^(system|signer):/.test(subject) || NOT_A_PERSON.has(subject.toLowerCase())
  if (ENTITY_ID.test(subject) && !ours) return subject
  return `p_${sha256(`${issuer}\0${subject}`).toString('hex').slice(0, 32)}`
}
