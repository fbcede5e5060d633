import {
  accept,
  defineAction,
  OTHER,
  refuse,
  refuseField,
} from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { moneyFromWire, moneyToWire, type WireMoney } from '@countersign/kernel/money/money.ts'
import { z } from 'zod'
import type { StagedFile } from '../cts/cts-port.ts'
import type { Upstreams } from '../upstreams.ts'
import { type FileUpstream, fileTitle, type ImportedFile, importedFile } from './imported-file.ts'

/** What the file holds is read where it is staged, never believed of who asks. */
const input = z.object({ upstream: z.enum(['cts', 'recon']) })

/**
 * Makes a staged bank file effective: all of it or nothing. What the bank says has happened; taking note of it moves
 * no money of ours.
 */
export const importFile = defineAction<
  ImportedFile,
  typeof input,
  { id: string; upstream: FileUpstream; version: number },
  Upstreams
>({
  name: 'transfers.import_file',
  risk: 'medium',
  movesMoney: false,
  target: importedFile,
  input,
  reasons: [{ code: 'bank_file', title: say`A file from the bank` }, OTHER],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 24 * 3600 },
  present: { title: say`Import file`, tone: 'neutral' },
  attributes: ({ at }, { upstream }) => {
    const totals = at[upstream]?.totals
    return totals === undefined ? {} : { count: totals.entries, ...atStake(totals) }
  },
  // What is imported is so for good.
  offeredOn: ({ at }) => Object.values(at).some(({ state }) => state !== 'committed'),
  decide({ id, at }, { upstream }) {
    const file = at[upstream]
    if (file === undefined)
      return refuseField('input.upstream', say`is not where the file is staged`, Object.keys(at))
    if (file.state === 'committed')
      return refuse('already_imported', say`This very file has been imported already.`)
    if (file.same_content_as !== undefined)
      return refuse(
        'already_imported',
        say`The file ${file.same_content_as} holds the same and has been imported.`,
      )
    if (file.missing_chunks.length > 0) {
      return refuse(
        'chunks_missing',
        say`${file.missing_chunks.length} parts of the file have not arrived yet.`,
      )
    }
    return accept({ id, upstream, version: file.version })
  },
  preview: ({ id, at }, { upstream }) => ({
    summary: say`${at[upstream]?.totals.entries ?? 0} entries of ${at[upstream]?.name ?? 'the file'} become effective.`,
    changes: [{ label: say`File`, before: say`staged`, after: say`imported` }],
    subject: fileTitle({ id, at }),
    effects: [
      upstream === 'cts'
        ? say`Entries become transfers; returns and notifications of change enter the returns queue.`
        : say`Statement lines are matched with postings; what is left becomes exceptions.`,
    ],
  }),
  effect: {
    class: 'A',
    connector: { among: ['cts', 'recon'], of: ({ upstream }) => upstream },
    // What is staged may be staged anew until the last moment: only what was decided on is committed.
    deliver: ({ id, upstream, version }, { upstreams, key, signal }) =>
      upstreams[upstream].commitFile(id, { key, ifMatch: String(version), signal }),
    readBack: ({ upstream }, { upstreams, key, signal }) => upstreams[upstream].operation(key, signal),
    keyRetentionMs: ({ upstream }, { upstreams, signal }) => upstreams[upstream].keyRetentionMs(signal),
  },
})

/** Debits and credits together, where they are of one currency: what an approval policy may set a limit on. */
function atStake({ debit, credit }: StagedFile['totals']): { amount?: WireMoney } {
  const sums = [debit, credit].flat().map((sum) => moneyFromWire(sum))
  const currency = sums[0]?.currency
  if (currency === undefined || sums.some((sum) => sum.currency !== currency)) return {}
  return { amount: moneyToWire({ minor: sums.reduce((all, { minor }) => all + minor, 0n), currency }) }
}
