import { accept, defineAction, refuse, refuseFields } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import { deliverToEdge } from '../edge/deliver-to-edge.ts'
import { reasonOnDoor } from '../edge/door-reason.ts'
import { edgeOwner, secondAdministrator, unlessOurs } from '../edge/edge-owner.ts'
import type { Upstreams } from '../upstreams.ts'
import type { Allowlist, AllowlistEntry } from './allowlist.ts'
import { type AllowlistToChange, allowlist } from './allowlist-entity.ts'
import { changedEntries, listEffects } from './list-preview.ts'
import { listReasons } from './list-reasons.ts'
import { requestedFrom } from './requested-from.ts'
import { entriesMember, requestedFromMember, wantedEntries } from './wanted-entries.ts'

const input = z.object({ entries: entriesMember, requested_from: requestedFromMember })
type Accepted = Pick<Allowlist, 'id' | 'scope'> & {
  readonly entries: readonly AllowlistEntry[]
  readonly reason: string
}

/** P-06: replaces the networks of a list. */
export const changeAllowlist = defineAction<AllowlistToChange, typeof input, Accepted, Upstreams>({
  name: 'platform.change_allowlist',
  risk: 'high',
  movesMoney: false,
  target: allowlist,
  input,
  askedFrom: 'requested_from',
  reasons: listReasons,
  approvals: { required: 0, eligibleRoles: ['platform/PLATFORM_ADMIN'], expiresInS: 24 * 3600 },
  approvalsWhere: secondAdministrator,
  attributes: ({ scope }) => ({ scope }),
  door: {
    method: 'PUT',
    path: '/api/ops/ip-whitelist/:id',
    body: z.object({ entries: entriesMember, reason: reasonOnDoor }),
    fields: { 'target.id': 'id', 'reason.code': 'reason', 'reason.note': 'reason' },
    toRequest: ({ reason, entries }, { id = '' }) => ({
      ...{ targetId: id, input: { entries }, reason: String(reason) },
    }),
    beside: ({ state }) => ({
      success: true,
      message:
        state === 'executed'
          ? say`Allowlist changed`
          : state === 'pending'
            ? say`Changing the allowlist waits for a second administrator`
            : say`Changing the allowlist is under way`,
    }),
  },
  present: {
    title: say`Change the list`,
    tone: 'danger',
    help: say`Replaces the whole list.`,
    ifWrong: say`Change it again: the new one counts at once.`,
  },
  offeredOn: ({ state }) => state === 'active',
  decide(record, { entries = [], requested_from }, { reason, now }) {
    const { id, scope, read_at: at = now.toISOString() } = record
    const refused = unlessOurs(edgeOwner(record))
    if (refused) return refused
    if (record.state === 'withdrawn')
      return refuse('withdrawn', say`It is withdrawn for good. Add another one.`)
    const wanted = wantedEntries(entries, { scope, at, from: requested_from })
    if ('wrong' in wanted) return refuseFields(wanted.wrong)
    if (changedEntries(record.entries, wanted.entries).length === 0) {
      return refuse('nothing_changed', say`It is so already.`)
    }
    return accept({ id, scope, entries: wanted.entries, reason: reason?.code ?? 'other' })
  },
  preview: (record, { entries }) => ({
    summary: say`From then on only who comes from the networks that the list then holds is let in.`,
    changes: changedEntries(record.entries, entries),
    effects: listEffects(record, entries),
  }),
  effect: deliverToEdge(async ({ id, scope, ...change }, context) =>
    context.upstreams.edge.changeAllowlist(
      id,
      { ...change, ...(await requestedFrom({ scope }, context)) },
      { key: context.key, ifMatch: context.targetVersion, signal: context.signal },
    ),
  ),
})
