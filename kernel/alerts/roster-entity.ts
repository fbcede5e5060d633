import { consoleTitle } from '../console-title.ts'
import { defineEntity, type EntityType, localEntity } from '../entities/define-entity.ts'
import { say, type Text } from '../languages/say.ts'
import { namesOf, peopleWithRoles, rolesOfConsole } from './people-on-call.ts'
import type { RosterEntry } from './roster.ts'

/** Who is on call for one console, as people have set it last; empty while nobody has. */
export type Roster = {
  readonly console: string
  /** What the console is called. */
  readonly called: Text
  readonly entries: readonly RosterEntry[]
  readonly revision: number
  /** Who may stand on it: the people that hold a role of the console now. */
  readonly people: readonly string[]
  /** What they, and those who stand on it, are called, by id. */
  readonly names: Readonly<Record<string, string>>
}

export const ROSTER_CHANGED = 'kernel.roster.changed'

export function rosterStream(console: string): string {
  return `kernel.roster/${console}`
}

const stored = localEntity<Roster, Pick<Roster, 'entries'>>({
  kind: 'roster',
  console: 'kernel',
  consoleOf: (id) => id,
  stream: rosterStream,
  initial: (console) => ({ console, called: console, entries: [], revision: 0, people: [], names: {} }),
  evolve: (roster, { payload }) => ({
    ...roster,
    entries: payload.entries,
    revision: roster.revision + 1,
  }),
  present: (roster) => ({
    title: say`On call for ${roster.called}`,
    state: roster.revision === 0 ? 'nobody yet' : `revision ${roster.revision}`,
    data: { entries: roster.entries },
  }),
})

/** Known by the name of its console. */
export const roster: EntityType<Roster, unknown> = {
  ...stored,
  async read(console, upstreams, context) {
    const roles = context.ask((kernel) => rolesOfConsole(kernel, console))
    if (roles.length === 0) return { status: 'missing' }
    const [reading, people] = await Promise.all([
      stored.read(console, upstreams, context),
      context.ask(({ pool }) => peopleWithRoles(pool, roles)),
    ])
    if (reading.status !== 'found') return reading
    const standing = reading.state.entries.map(({ person }) => person)
    const names = await context.ask(({ pool }) => namesOf(pool, [...people, ...standing]))
    const called = context.ask((kernel) => consoleTitle(kernel, console))
    return { ...reading, state: { ...reading.state, called, people, names } }
  },
}

export const rosterEntity = defineEntity(roster)
