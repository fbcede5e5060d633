import { redacted } from '@countersign/kernel/personal-data/sealing.ts'
import type { Transfer } from './transfer.ts'

type TransferParty = Transfer['originator']

/** A company's name is no personal data; a person's, and one of unknown kind, is. */
export function shownName({ name, kind }: Pick<TransferParty, 'name' | 'kind'>): string {
  return kind === 'company' ? name : redacted(name, 'name')
}

/** The name where it is personal data. */
export function personalName({ name, kind }: Pick<TransferParty, 'name' | 'kind'>): string | undefined {
  return kind === 'company' ? undefined : name
}

/** A party of a transfer as it may be shown without a reveal. */
export function shownParty<Party extends TransferParty & { individual_id?: string | undefined }>(
  party: Party,
): Party {
  return {
    ...party,
    ...(party.individual_id === undefined ? {} : { individual_id: redacted(party.individual_id, 'account') }),
    name: shownName(party),
    account: redacted(party.account, 'account'),
  }
}
