import { defineEntity, type EntityType } from '@countersign/kernel/entities/define-entity.ts'
import type { StagedFile } from '../cts/cts-port.ts'
import type { Upstreams } from '../upstreams.ts'

/** A bank's file, known by the SHA-256 of its bytes; staged at the upstream that it is for. */
export type ImportedFile = StagedFile & { readonly upstream: 'cts' | 'recon' }

const SHA256 = /^[0-9a-f]{64}$/

export const importedFile: EntityType<ImportedFile, Upstreams> = {
  kind: 'file',
  console: 'transfers',
  async read(id, { cts, recon }, { signal }) {
    if (!SHA256.test(id)) return { status: 'missing' }
    const atCts = await cts.stagedFile(id, signal)
    if (atCts.status === 'found') return { ...atCts, state: { ...atCts.state, upstream: 'cts' } }
    const atRecon = await recon.stagedFile(id, signal)
    if (atRecon.status === 'found') return { ...atRecon, state: { ...atRecon.state, upstream: 'recon' } }
    return atCts.status === 'unreadable' ? atCts : atRecon
  },
  present: (file) => ({
    title: file.name === '' ? `File ${file.id.slice(0, 12)}…` : file.name,
    state: file.state,
    data: {
      upstream: file.upstream,
      name: file.name,
      format: file.format,
      entries: file.totals.entries,
      debit: file.totals.debit,
      credit: file.totals.credit,
      missing_chunks: file.missing_chunks.length,
      ...(file.committed_at === undefined ? {} : { committed_at: file.committed_at }),
    },
  }),
}

export const importedFileEntity = defineEntity(importedFile)
