import {
  accept,
  defineAction,
  OTHER,
  refuse,
  refuseField,
} from '@countersign/kernel/actions/define-action.ts'
import { moneyFromWire, moneyToWire, type WireMoney } from '@countersign/kernel/money/money.ts'
import { z } from 'zod'
import type { Upstreams } from '../upstreams.ts'
import { type ImportedFile, importedFile } from './imported-file.ts'

/** What the file holds is read where it is staged, never believed of who asks. */
const input = z.object({ upstream: z.enum(['cts', 'recon']) })

/**
 * Makes a staged bank file effective: all of it or nothing. What the bank says has happened; taking note of it moves
 * no money of ours.
 */
export const importFile = defineAction<
  ImportedFile,
  typeof input,
  { id: string; upstream: 'cts' | 'recon' },
  Upstreams
>({
  name: 'transfers.import_file',
  risk: 'medium',
  movesMoney: false,
  target: importedFile,
  input,
  reasons: [{ code: 'bank_file', title: 'A file from the bank' }, OTHER],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 24 * 3600 },
  present: { title: 'Import file', tone: 'neutral' },
  decide(file, given) {
    if (file.state === 'committed')
      return refuse('already_imported', 'This very file has been imported already.')
    if (file.same_content_as !== undefined)
      return refuse(
        'already_imported',
        `The file ${file.same_content_as} holds the same and has been imported.`,
      )
    if (file.missing_chunks.length > 0) {
      return refuse('chunks_missing', `${file.missing_chunks.length} parts of the file have not arrived yet.`)
    }
    if (given.upstream !== file.upstream) {
      return refuseField('input.upstream', 'is not where the file is staged', [file.upstream])
    }
    return accept({ id: file.id, upstream: file.upstream })
  },
  attributes: (file) => ({ count: file.totals.entries, ...atStake(file.totals) }),
  preview: (file) => ({
    summary: `${file.totals.entries} entries of ${file.name} become effective.`,
    changes: [{ label: 'File', before: 'staged', after: 'imported' }],
    effects: [
      file.upstream === 'cts'
        ? 'Entries become transfers; returns and notifications of change enter the returns queue.'
        : 'Statement lines are matched with postings; what is left becomes exceptions.',
    ],
  }),
  effect: {
    connector: { among: ['cts', 'recon'], of: ({ upstream }) => upstream },
    deliver: ({ id, upstream }, { upstreams, key, signal }) =>
      upstreams[upstream].commitFile(id, { key, ifMatch: null, signal }),
    readBack: ({ upstream }, { upstreams, key, signal }) => upstreams[upstream].operation(key, signal),
    keyRetentionMs: ({ upstream }, { upstreams, signal }) => upstreams[upstream].keyRetentionMs(signal),
  },
})

/** Debits and credits together, where they are of one currency: what an approval policy may set a limit on. */
function atStake({ debit, credit }: ImportedFile['totals']): { amount?: WireMoney } {
  const sums = [debit, credit].flat().map((sum) => moneyFromWire(sum))
  const currency = sums[0]?.currency
  if (currency === undefined || sums.some((sum) => sum.currency !== currency)) return {}
  return { amount: moneyToWire({ minor: sums.reduce((all, { minor }) => all + minor, 0n), currency }) }
}
