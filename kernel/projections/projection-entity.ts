import { defineEntity, type EntityType } from '../entities/define-entity.ts'
import { say } from '../languages/say.ts'
import { type ProjectionRecord, projectionRecords } from './projection-record.ts'

export const projectionStream = (name: string): string => `kernel.projection/${name}`

/** A table of a console that is made of events: whether it comes on, and what it leaves out. */
export const projectionEntityType: EntityType<ProjectionRecord, unknown> = {
  kind: 'projection',
  console: 'kernel',
  consoleOf,
  async read(id, _upstreams, context) {
    const name = projectionStream(id)
    // The stream first: a step between the two readings is then found out at commit.
    const { length: version } = await context.events(name)
    const [state] = await context.ask(({ pool }) => projectionRecords(pool, id))
    if (!state) return { status: 'missing' }
    return {
      status: 'found',
      state,
      // Whoever agrees to skip an event agrees to that one.
      version: `${version}.${state.stoppedAt?.position ?? 0}`,
      stream: { name, version },
    }
  },
  present: (found) => ({
    title: found.name,
    state: projectionState(found),
    data: {
      position: found.position,
      head: found.head,
      behind_ms: found.behindMs,
      failing: found.failing,
      stopped_at: found.stoppedAt && { ...found.stoppedAt, refs: [...found.stoppedAt.refs] },
      failures: found.failures,
      retry_at: found.retryAt,
      left_out_count: found.leftOutCount,
      left_out: found.leftOut.map(({ skippedBy, ...rest }) => ({ ...rest, skipped_by: skippedBy })),
    },
    banners:
      found.failing === null
        ? []
        : [
            {
              tone: 'danger',
              text: say`It stands still: what is made of it gets older. Records opened to act on are read fresh.`,
            },
          ],
  }),
}

export const projectionEntity = defineEntity(projectionEntityType)

/** In one word. */
export function projectionState({
  failing,
  leftOutCount,
}: ProjectionRecord): 'stopped' | 'incomplete' | 'well' {
  if (failing !== null) return 'stopped'
  return leftOutCount > 0 ? 'incomplete' : 'well'
}

/** What is done about a projection is done by people of its console; the kernel's own are everybody's who may. */
export function notTheirs({ name }: ProjectionRecord, actor: { readonly roles: readonly string[] }): boolean {
  const console = consoleOf(name)
  return console !== 'kernel' && !actor.roles.some((role) => role.startsWith(`${console}/`))
}

function consoleOf(name: string): string {
  return name.slice(0, Math.max(0, name.indexOf('.')))
}
