import { defineEntity, type EntityType } from '../entities/define-entity.ts'
import { say } from '../languages/say.ts'
import { type DeadLetters, loadDeadLetters } from './dead-letter-record.ts'

export const deadLetterStream = (id: string): string => `kernel.dead_letter/${id}`

/** What an upstream sent and nobody understood: one letter, or all of one source and one error. */
export const deadLetterEntityType: EntityType<DeadLetters, unknown> = {
  kind: 'dead_letter',
  console: 'kernel',
  consoleOf: (id) => id.slice(0, Math.max(0, id.indexOf('.'))),
  async read(id, _upstreams, context) {
    const name = deadLetterStream(id)
    // The stream first: a step between the two readings is then found out at commit.
    const { length: version } = await context.events(name)
    const letters = await context.ask((kernel) => loadDeadLetters(kernel, id))
    if (!letters) return { status: 'missing' }
    return { status: 'found', state: letters, version: String(version), stream: { name, version } }
  },
  present: (found) => ({
    title: found.single ? say`Dead letter of ${found.source}` : say`Dead letters of ${found.source}`,
    state: stateOf(found),
    data: {
      source: found.source,
      error: found.error,
      ...found.letters,
      times: found.times,
      first_at: found.firstAt,
      last_at: found.lastAt,
      tried: found.tried,
      shape: found.shape,
      single: found.single !== undefined,
      ...(found.single ? { became: found.single.became } : {}),
    },
    related: found.newest.map(({ id, at }) => ({
      kind: 'dead_letter',
      id,
      title: say`${at.slice(0, 10)} ${at.slice(11, 19)} UTC`,
      relation: say`letter`,
    })),
  }),
}

export const deadLetterEntity = defineEntity(deadLetterEntityType)

/** What is done about dead letters is done by people of the console that takes the source's events. */
export function notTheirs({ id }: DeadLetters, actor: { readonly roles: readonly string[] }): boolean {
  return !actor.roles.some((role) => role.startsWith(`${id.slice(0, id.indexOf('.'))}/`))
}

function stateOf({ letters }: DeadLetters): string {
  return (['replaying', 'waiting', 'discarded'] as const).find((state) => letters[state] > 0) ?? 'replayed'
}
