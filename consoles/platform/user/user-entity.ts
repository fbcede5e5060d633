import type { EntityType } from '@countersign/kernel/entities/define-entity.ts'
import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { cursorTime } from '@countersign/kernel/http/cursor.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { freeText } from '@countersign/kernel/personal-data/free-text.ts'
import { redacted } from '@countersign/kernel/personal-data/sealing.ts'
import { z } from 'zod'
import type { Upstreams } from '../upstreams.ts'
import { userDirectory } from './invite-user.ts'
import {
  listUsers,
  loadUser,
  USER_ROLES,
  USER_STATUSES,
  type User,
  usernameShown,
  userOnDoor,
} from './user.ts'

const SEARCHED_MAX_CHARACTERS = 254

/**
 * Somebody of the platform, to look at. What is done to them is done to the person (`kernel.change_role`, `kernel.disable_account`), of whom
 * this is the part that the platform's people see.
 */
export const user: EntityType<User, Upstreams> = {
  kind: 'user',
  console: 'platform',
  async read(id, _upstreams, { ask }) {
    const state = await ask(({ pool }) => loadUser(pool, id))
    return state ? { status: 'found', state, version: state.updated_at } : { status: 'missing' }
  },
  personal: [
    {
      path: 'email',
      title: say`e-mail address`,
      class: 'email',
      value: ({ email }) => email ?? undefined,
    },
  ],
  present: ({ id, name, username, email, status, role, ...record }) => ({
    title: name ?? usernameShown(username),
    state: status,
    data: {
      ...{ username: usernameShown(username), role, email: email === null ? null : redacted(email, 'email') },
      ...{ last_login_at: record.last_login_at, created_by: record.created_by },
      created_by_name: record.created_by_name ?? null,
      ...{ created_at: record.created_at, updated_at: record.updated_at },
    },
    related: [{ kind: 'person', id, title: name ?? id, relation: 'person' }],
  }),
  list: {
    filters: z.object({
      q: freeText(SEARCHED_MAX_CHARACTERS)
        .min(1)
        .optional()
        .meta({ description: 'How the username or the name begins, whatever its case.' }),
      email: freeText(SEARCHED_MAX_CHARACTERS)
        .min(1)
        .optional()
        .meta({ description: 'The whole address: only whoever knows it finds whose it is.' }),
      role: z.enum(USER_ROLES).optional(),
      status: z.enum(USER_STATUSES).optional(),
    }),
    async page({ filters, cursor, limit }, _upstreams, _signal, ask) {
      const after = cursor === undefined ? undefined : placeIn(cursor)
      if (cursor !== undefined && !after) return { status: 'no_such_cursor' }
      const found = await ask(({ pool }) => listUsers(pool, { ...filters, after, limit: limit + 1 }))
      const page = found.slice(0, limit)
      const last = page.at(-1)
      return {
        status: 'found',
        records: page.map((state) => ({ id: state.id, state, version: state.updated_at })),
        nextCursor: found.length > limit && last ? `${last.made} ${last.id}` : null,
      }
    },
    register: {
      title: say`Users`,
      // RULE: finance roles cannot be assigned here, so that operations have no financial authority (P-07, P-11).
      note: say`Finance roles are neither given nor taken away here`,
      columns: [
        { key: 'name', title: say`Name`, type: 'text', stays: true, value: ({ name }) => name },
        {
          key: 'username',
          title: say`Username`,
          type: 'text',
          value: ({ username }) => usernameShown(username),
        },
        { key: 'role', title: say`Role`, type: 'text', value: ({ role }) => role },
        { key: 'last_login_at', title: say`Last sign-in`, type: 'time', value: (one) => one.last_login_at },
        { key: 'created_at', title: say`Known for`, type: 'time', value: (one) => one.created_at },
      ],
      filters: [
        { key: 'q', title: say`Name`, hint: say`How the username or the name begins, whatever its case.` },
        { key: 'email', title: say`e-mail address`, hint: say`The whole address.` },
        { key: 'role', title: say`Role` },
        { key: 'status', title: say`State` },
      ],
      actionsOf: [{ kind: userDirectory.kind, id: 'platform' }],
    },
    door: {
      path: '/api/ops/users',
      summary: 'Who has or had a role of the platform or was invited to it, newest first',
      member: 'users',
      item: userOnDoor,
      beside: { success: true, note: say`Finance roles are neither given nor taken away here` },
    },
  },
}

function placeIn(cursor: string): { at: string; id: string } | undefined {
  const [at, id, ...more] = cursor.split(' ')
  const known = cursorTime.safeParse(at).success && entityId.safeParse(id).success && more.length === 0
  return known && at !== undefined && id !== undefined ? { at, id } : undefined
}
