import { accept, defineAction, refuse } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import { deliverToEdge } from '../edge/deliver-to-edge.ts'
import { reasonOnDoor } from '../edge/door-reason.ts'
import { edgeOwner, secondAdministrator, unlessOurs } from '../edge/edge-owner.ts'
import type { Upstreams } from '../upstreams.ts'
import { type AllowlistToChange, allowlist } from './allowlist-entity.ts'
import { changedEntries } from './list-preview.ts'
import { listReasons } from './list-reasons.ts'

type Accepted = { readonly id: string; readonly reason: string }

/** P-06: ends a list for good; its versions stay. */
export const withdrawAllowlist = defineAction<AllowlistToChange, z.ZodObject, Accepted, Upstreams>({
  name: 'platform.withdraw_allowlist',
  risk: 'high',
  movesMoney: false,
  target: allowlist,
  input: z.object({}),
  reasons: listReasons,
  approvals: { required: 0, eligibleRoles: ['platform/PLATFORM_ADMIN'], expiresInS: 24 * 3600 },
  approvalsWhere: secondAdministrator,
  attributes: ({ scope }) => ({ scope }),
  oneByOne: true,
  door: {
    method: 'DELETE',
    path: '/api/ops/ip-whitelist/:id',
    body: z.object({ reason: reasonOnDoor }),
    fields: { 'target.id': 'id', 'reason.code': 'reason', 'reason.note': 'reason' },
    toRequest: ({ reason }, { id = '' }) => ({ targetId: id, input: {}, reason: String(reason) }),
    beside: ({ state }) => ({
      success: true,
      message:
        state === 'executed'
          ? say`Allowlist withdrawn`
          : state === 'pending'
            ? say`Withdrawing the allowlist waits for a second administrator`
            : say`Withdrawing the allowlist is under way`,
    }),
  },
  present: { title: say`Withdraw the list`, tone: 'danger', ifWrong: say`Add another one like it.` },
  offeredOn: ({ state }) => state === 'active',
  decide(record, _input, { reason }) {
    const refused = unlessOurs(edgeOwner(record))
    if (refused) return refused
    if (record.state === 'withdrawn') return refuse('withdrawn', say`It is withdrawn already.`)
    return accept({ id: record.id, reason: reason?.code ?? 'other' })
  },
  preview: (record) => ({
    summary: say`Whoever comes from anywhere is let in again.`,
    changes: changedEntries(record.entries, []),
    effects: [say`Who they are, and what they may, is asked as ever.`],
  }),
  effect: deliverToEdge(({ id, reason }, { upstreams, key, targetVersion, signal }) =>
    upstreams.edge.withdrawAllowlist(id, { reason }, { key, ifMatch: targetVersion, signal }),
  ),
})
