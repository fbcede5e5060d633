import { type Said, say } from '@countersign/kernel/languages/say.ts'
import { redacted } from '@countersign/kernel/personal-data/sealing.ts'
import type { Hit } from './hit.ts'

type Names = Pick<Hit, 'screened_name' | 'listed_name' | 'party_kind'>

/** Who was found to be like whom: what a hit is called. */
export const hitTitle = ({ screened_name, listed_name }: Names): Said =>
  say`${screened_name} ~ ${listed_name}`

/** Of a person without either name: who is listed tells who the person is. */
export const namesMasked = <Named extends Names>(hit: Named): Named => ({
  ...hit,
  screened_name: shownParty(hit),
  listed_name: shownListed(hit),
})

/** What it is called where that is kept, or is read by others than those who open it. */
export const maskedHitTitle = (hit: Names): Said => hitTitle(namesMasked(hit))

/** The party by the name that others than those who open the hit may read. */
export const shownParty = ({ screened_name, party_kind }: Names): string =>
  party_kind === 'company' ? screened_name : redacted(screened_name, 'name')

/**
 * Who is listed, likewise. What is agreed to is sealed with its preview and read on the request by all who read requests: whoever agrees
 * reads the name on the hit, to which the preview leads.
 */
export const shownListed = ({ listed_name, party_kind }: Names): string =>
  party_kind === 'company' ? listed_name : redacted(listed_name, 'name')
