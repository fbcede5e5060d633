import { defineEntity, type EntityType } from '@countersign/kernel/entities/define-entity.ts'
import type { StagedFile } from '../cts/cts-port.ts'
import type { Upstreams } from '../upstreams.ts'

/** The upstreams that take files. */
export type FileUpstream = 'cts' | 'recon'

/** A bank's file, known by the SHA-256 of its bytes; where it is staged or committed. */
export type ImportedFile = {
  readonly id: string
  readonly at: Readonly<Partial<Record<FileUpstream, StagedFile>>>
}

const SHA256 = /^[0-9a-f]{64}$/

/** As its sender named it. */
export function fileTitle({ id, at }: ImportedFile): string {
  const name = Object.values(at)[0]?.name ?? ''
  return name === '' ? titleByDigest(id) : name
}

/** Of a file without a name: enough of its SHA-256 to tell it by. */
export const titleByDigest = (sha256: string): string => `File ${sha256.slice(0, 12)}…`

export const importedFile: EntityType<ImportedFile, Upstreams> = {
  kind: 'file',
  console: 'transfers',
  async read(id, upstreams, { signal }) {
    if (!SHA256.test(id)) return { status: 'missing' }
    const [cts, recon] = await Promise.all([
      upstreams.cts.stagedFile(id, signal),
      upstreams.recon.stagedFile(id, signal),
    ])
    if (cts.status !== 'found' && recon.status !== 'found') return cts.status === 'unreadable' ? cts : recon
    const at = {
      ...(cts.status === 'found' ? { cts: cts.state } : {}),
      ...(recon.status === 'found' ? { recon: recon.state } : {}),
    }
    const version = Object.entries(at).map(([upstream, file]) => `${upstream}-${file.version}`)
    return { status: 'found', state: { id, at }, version: version.join('.') }
  },
  present: ({ id, at }) => {
    const [upstream, file] = Object.entries(at)[0] ?? []
    if (file === undefined) throw new Error('a file that was found is nowhere')
    return {
      title: fileTitle({ id, at }),
      state: file.state,
      data: {
        upstream: upstream ?? null,
        name: file.name,
        format: file.format,
        entries: file.totals.entries,
        debit: file.totals.debit,
        credit: file.totals.credit,
        missing_chunks: file.missing_chunks.length,
        ...(file.committed_at === undefined ? {} : { committed_at: file.committed_at }),
      },
    }
  },
}

export const importedFileEntity = defineEntity(importedFile)
