import type { BoundAction } from '../console.ts'
import type { Reading } from '../entities/define-entity.ts'
import type { EntityRef } from '../entities/entity-ref.ts'
import { notFound } from '../entities/not-found.ts'
import { versionWith } from '../entities/rests-on.ts'
import type { Kernel } from '../kernel.ts'
import { say } from '../languages/say.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import { fail, ok, type Result } from './failure.ts'
import { readContext } from './read-context.ts'

export type Found = Extract<Reading<unknown>, { status: 'found' }>

/** The record as it is now, or why it cannot be decided on. */
export async function readTarget(
  kernel: Kernel,
  action: Pick<BoundAction, 'read' | 'restsOn'>,
  target: EntityRef,
  /** Of the action, where it is being decided on. */
  input?: Json,
  asker?: string,
): Promise<Result<Found>> {
  const context = readContext(kernel)
  const reading = await action.read(target.id, {
    ...context,
    ...(input === undefined ? {} : { input }),
    ...(asker === undefined ? {} : { asker }),
  })
  switch (reading.status) {
    case 'found':
      return ok({ ...reading, version: versionWith(reading.version, action.restsOn(reading.state)) })
    case 'missing':
      return fail(notFound(target))
    case 'unreadable':
      return fail({
        kind: 'upstream_unavailable',
        code: 'upstream_unreadable',
        message: say`${reading.source} cannot be read now (${reading.why}), and nothing is decided on an older copy. Try again shortly.`,
        retryAfterS: 5,
        extra: { source: reading.source },
      })
    default:
      return reading satisfies never
  }
}
