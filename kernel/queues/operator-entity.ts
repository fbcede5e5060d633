import { loadPerson } from '../access/person-record.ts'
import { peopleWithRoles, rolesOfConsole } from '../alerts/people-on-call.ts'
import { defineEntity, type EntityType, localEntity } from '../entities/define-entity.ts'
import { say } from '../languages/say.ts'
import type { Json } from '../personal-data/canonical-json.ts'

/** How somebody works for one console: what they know, how much they take, when they are away. */
export type OperatorSettings = {
  readonly console: string
  readonly person: string
  /** What they are called; their id where nobody of that id has ever signed in. */
  readonly name: string
  readonly skills: readonly string[]
  readonly maxOpen: number | null
  readonly awayFrom: string | null
  readonly awayUntil: string | null
  /** Whether they hold a role of the console now. */
  readonly worksHere: boolean
}

/** `transfers:jonas` */
export function operatorId(console: string, person: string): string {
  return `${console}:${person}`
}

export function operatorStream(id: string): string {
  return `kernel.operator/${id}`
}

const consoleIn = (id: string) => id.slice(0, Math.max(0, id.indexOf(':')))

const stored = localEntity<OperatorSettings>({
  kind: 'operator',
  console: 'kernel',
  consoleOf: consoleIn,
  stream: operatorStream,
  initial: (id) => ({
    console: consoleIn(id),
    person: id.slice(id.indexOf(':') + 1),
    name: id.slice(id.indexOf(':') + 1),
    skills: [],
    maxOpen: null,
    awayFrom: null,
    awayUntil: null,
    worksHere: false,
  }),
  evolve: (operator, { payload }) => ({
    ...operator,
    skills: (payload.skills as Json[] | undefined)?.map(String) ?? [],
    maxOpen: typeof payload.max_open === 'number' ? payload.max_open : null,
    awayFrom: typeof payload.away_from === 'string' ? payload.away_from : null,
    awayUntil: typeof payload.away_until === 'string' ? payload.away_until : null,
  }),
  present: (operator) => ({
    title: say`${operator.name} at ${operator.console}`,
    state: operator.worksHere ? 'works here' : 'holds no role here',
    data: {
      skills: [...operator.skills],
      max_open: operator.maxOpen,
      away_from: operator.awayFrom,
      away_until: operator.awayUntil,
    },
  }),
})

export const operator: EntityType<OperatorSettings, unknown> = {
  ...stored,
  async read(id, upstreams, context) {
    const console = consoleIn(id)
    const roles = context.ask((kernel) => rolesOfConsole(kernel, console))
    if (roles.length === 0) return { status: 'missing' }
    const [reading, people, person] = await Promise.all([
      stored.read(id, upstreams, context),
      context.ask(({ pool }) => peopleWithRoles(pool, roles)),
      context.ask(({ pool }) => loadPerson(pool, id.slice(id.indexOf(':') + 1))),
    ])
    if (reading.status !== 'found') return reading
    const worksHere = people.includes(reading.state.person)
    if (!worksHere && reading.version === '0') return { status: 'missing' }
    return { ...reading, state: { ...reading.state, worksHere, name: person?.name ?? reading.state.name } }
  },
}

export const operatorEntity = defineEntity(operator)
