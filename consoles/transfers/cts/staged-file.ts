import { wireMoney } from '@countersign/kernel/money/money.ts'
import { instant } from '@countersign/kernel/time/instant.ts'
import { z } from 'zod'

/** One sum, or one per currency where the file holds several. */
const sums = z.union([wireMoney, z.array(wireMoney)])

/** A file staged at CTS or Recon: nothing of it is visible until it is committed. */
export const stagedFileSchema = z.object({
  id: z.string(),
  /** Another one for whatever is staged anew: a commit names the one that was decided on. */
  version: z.int32().min(1),
  state: z.enum(['staging', 'committed']),
  format: z.string(),
  committed_at: instant.optional(),
  missing_chunks: z.array(z.int()).default([]),
  same_content_as: z.string().optional(),
  name: z.string(),
  totals: z.object({ entries: z.int(), debit: sums, credit: sums }),
})
