import { defineEntity, type EntityType } from '../entities/define-entity.ts'
import { say } from '../languages/say.ts'
import { loadPerson, type PersonRecord } from './person-record.ts'

/** A person or machine, and what they may do here: for those who grant and review roles. */
export const personEntityType: EntityType<PersonRecord, unknown> = {
  kind: 'person',
  console: 'kernel',
  // Who may read it is a permission of its own: `access:read`.
  consoleOf: () => 'access',
  async read(id, _upstreams, context) {
    const stream = personStream(id)
    // The stream first: a grant between the two readings is then found out at commit.
    const { length: version } = await context.events(stream)
    const record = await context.ask(({ pool }) => loadPerson(pool, id))
    if (!record) return { status: 'missing' }
    return { status: 'found', state: record, version: String(version), stream: { name: stream, version } }
  },
  present: (person) => ({
    title: person.name ?? person.id,
    state: person.disabled
      ? 'disabled'
      : person.conflict
        ? 'roles in conflict'
        : person.pending
          ? 'pending'
          : 'active',
    data: {
      kind: person.kind,
      roles: [...person.roles],
      asserted: person.asserted.map(({ role, since }) => ({ role, since })),
      granted: person.granted.map(({ role, granted_by, granted_at, expires_at }) => ({
        role,
        granted_by,
        granted_at,
        expires_at,
      })),
      last_seen_at: person.last_seen_at,
      sessions: person.sessions.map((session) => ({ ...session })),
      known_roles: Object.keys(person.sides)
        .filter((role) => !Object.hasOwn(person.lent, role))
        .sort(),
      lent_roles: Object.keys(person.lent).sort(),
    },
    banners: person.conflict
      ? [
          {
            tone: 'danger' as const,
            text: say`Holds roles of both sides (one moves money, the other runs the platform). What was granted here does not count beside what the identity provider asserts; where the provider asserts both, nothing counts.`,
          },
        ]
      : [],
  }),
}

export const personEntity = defineEntity(personEntityType)

export function personStream(id: string): string {
  return `kernel.person/${id}`
}
