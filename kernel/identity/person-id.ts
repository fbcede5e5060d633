import { ENTITY_ID } from '../entities/entity-ref.ts'
import { sha256 } from '../personal-data/canonical-json.ts'

/**
 * The id under which a person is known here: the provider's subject where that is an id, else its hash (a subject may
 * be an e-mail address, which must not stand in a log).
 */
export function personId(issuer: string, subject: string): string {
  if (ENTITY_ID.test(subject) && !subject.startsWith('system:')) return subject
  return `p_${sha256(`${issuer}\0${subject}`).toString('hex').slice(0, 32)}`
}
