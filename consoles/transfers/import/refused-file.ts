import { defineEntity, type EntityType } from '@countersign/kernel/entities/define-entity.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import type { Upstreams } from '../upstreams.ts'

/** A bank's file that was never taken, known by the SHA-256 of its bytes. */
export type RefusedFile = {
  readonly id: string
  readonly refusals: readonly {
    readonly format: string
    readonly why: string
    readonly errors: number
    readonly line: number | null
    readonly column: number | null
    /** What is wrong there; absent in a refusal of before this was kept. */
    readonly message: string | null
  }[]
}

const SHA256 = /^[0-9a-f]{64}$/

export const refusedFileStream = (sha256: string): string => `transfers.refused_file/${sha256}`

/** Nothing is known of it but that it was refused: its content never left whoever had it. */
export const refusedFile: EntityType<RefusedFile, Upstreams> = {
  kind: 'refused_file',
  console: 'transfers',
  async read(id, _upstreams, context) {
    if (!SHA256.test(id)) return { status: 'missing' }
    const events = await context.events(refusedFileStream(id))
    return {
      status: 'found',
      state: {
        id,
        refusals: events.map(({ payload }) => ({
          format: String(payload.format),
          why: String(payload.why),
          errors: Number(payload.errors),
          line: typeof payload.line === 'number' ? payload.line : null,
          column: typeof payload.column === 'number' ? payload.column : null,
          message: typeof payload.message === 'string' ? payload.message : null,
        })),
      },
      version: String(events.length),
    }
  },
  present: ({ id, refusals }) => ({
    title: say`Refused file ${id.slice(0, 12)}…`,
    state: refusals.length === 0 ? 'unknown' : 'refused',
    data: { times: refusals.length, ...refusals.at(-1) },
  }),
}

export const refusedFileEntity = defineEntity(refusedFile)
