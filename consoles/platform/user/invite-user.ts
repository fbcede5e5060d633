import { accept, defineAction, OTHER, refuse } from '@countersign/kernel/actions/define-action.ts'
import type { EntityType } from '@countersign/kernel/entities/define-entity.ts'
import { personId } from '@countersign/kernel/identity/person-id.ts'
import { say, written } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import { EVENT_TYPES } from '../contract.ts'
import type { Upstreams } from '../upstreams.ts'

/** Whom an invitation is asked for, and whether they are known already; undefined where nobody is being invited. */
type UserDirectory = { readonly invited: string | undefined; readonly known: boolean }

/** The one record of that kind: those who run the platform, together. */
const DIRECTORY = 'platform'

const username = z
  .string()
  .trim()
  .refine(
    (subject) => personId('', subject) === subject,
    written(
      say`must be the subject by which the identity provider knows them: 1 to 128 letters, digits, dots, underscores, colons or dashes, and no e-mail address`,
    ),
  )
  .meta({ title: 'Username', description: 'The subject by which the identity provider knows them.' })
const input = z.object({ username })

export const userDirectory: EntityType<UserDirectory, Upstreams> = {
  kind: 'user_directory',
  console: 'platform',
  async read(id, _upstreams, { ask, input: asked }) {
    if (id !== DIRECTORY) return { status: 'missing' }
    const invited = (asked as { username?: string } | undefined)?.username
    const known =
      invited !== undefined &&
      (await ask(async ({ pool }) => {
        const { rowCount } = await pool.query(
          // Two who differ by case alone are taken for one another by whoever gives one of them a role.
          'SELECT FROM kernel.person WHERE lower(person_id) = lower($1) OR lower(subject) = lower($1) LIMIT 1',
          [invited],
        )
        return rowCount !== 0
      }))
    return { status: 'found', version: '1', state: { invited, known } }
  },
  present: () => ({ title: say`Users`, state: 'active', data: {} }),
}

/**
 * An account that is pending until its first sign-in. It is named by the provider's subject and by no e-mail address, which somebody
 * else may come to have; and it has no role before two people give it one.
 */
export const inviteUser = defineAction<UserDirectory, typeof input, { username: string }, Upstreams>({
  name: 'platform.invite_user',
  risk: 'medium',
  movesMoney: false,
  target: userDirectory,
  input,
  reasons: [
    { code: 'joined', title: say`Joined the team` },
    { code: 'covers', title: say`Covers for somebody` },
    OTHER,
  ],
  approvals: { required: 0, eligibleRoles: ['platform/PLATFORM_ADMIN'], expiresInS: 24 * 3600 },
  concurrent: true,
  door: {
    method: 'POST',
    path: '/api/ops/users',
    body: z.object({ username, reason: z.string().trim().min(1).optional() }),
    fields: { 'reason.code': 'reason', 'reason.note': 'reason' },
    toRequest: ({ username: subject, reason }) => ({
      ...{ targetId: DIRECTORY, input: { username: subject } },
      ...(reason === undefined ? {} : { reason: String(reason) }),
    }),
    beside: () => ({
      ...{ success: true, message: say`User invited` },
      note: say`The account is pending until they sign in, and has no role before two people give it one.`,
    }),
  },
  present: {
    title: say`Invite`,
    tone: 'neutral',
    help: say`An account that is pending until its first sign-in.`,
  },
  decide({ invited, known }, { username: subject }) {
    if (known && invited !== undefined) {
      return refuse(
        'known_already',
        say`${invited} is known here already, perhaps with other capitals. Change their role instead.`,
      )
    }
    return accept({ username: subject })
  },
  preview: (_state, { username: subject }) => ({
    subject,
    summary: say`${subject} has an account here from their first sign-in on.`,
    changes: [{ label: say`Account`, after: say`pending` }],
    effects: [say`It has no role before two people give it one.`],
  }),
  recorded: (accepted) => ({ username: accepted.username }),
  eventTypes: [EVENT_TYPES.userInvited],
  events: (accepted) => [
    {
      type: EVENT_TYPES.userInvited,
      stream: `platform.user/${accepted.username}`,
      refs: [{ kind: 'person', id: accepted.username }],
      payload: { username: accepted.username },
    },
  ],
})
