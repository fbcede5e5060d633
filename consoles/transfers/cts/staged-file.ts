import { z } from 'zod'

/** A file staged at CTS or Recon: nothing of it is visible until it is committed. */
export const stagedFileSchema = z
  .object({
    id: z.string(),
    state: z.enum(['staging', 'committed']),
    missing_chunks: z.array(z.int()).default([]),
  })
  // It has no version of its own: what it may become depends on its state alone.
  .transform((file) => ({ ...file, version: file.state === 'committed' ? 2 : 1 }))
