import {
  accept,
  defineAction,
  refuse,
  refuseField,
  refuseFields,
} from '@countersign/kernel/actions/define-action.ts'
import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { say, written } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import { consoleMember } from '../edge/console-member.ts'
import { deliverToEdge } from '../edge/deliver-to-edge.ts'
import { reasonOnDoor } from '../edge/door-reason.ts'
import { secondAdministrator, unlessOurs } from '../edge/edge-owner.ts'
import type { EdgeOwner } from '../edge/edge-port.ts'
import { type EdgeScope, edgeScope, ownerTitle } from '../edge/edge-scope.ts'
import { edgeScopeId } from '../edge/edge-scope-id.ts'
import type { Upstreams } from '../upstreams.ts'
import { ALLOWLIST_SCOPES, type AllowlistEntry } from './allowlist.ts'
import { changedEntries, listEffects } from './list-preview.ts'
import { listReasons } from './list-reasons.ts'
import { requestedFrom } from './requested-from.ts'
import { entriesMember, requestedFromMember, wantedEntries } from './wanted-entries.ts'

const input = z.object({ entries: entriesMember, requested_from: requestedFromMember })
type Accepted = EdgeOwner & { readonly entries: readonly AllowlistEntry[]; readonly reason: string }

/** P-06: lets in, of a merchant's calls or of this console's operators, only who comes from these networks. */
export const addAllowlist = defineAction<EdgeScope, typeof input, Accepted, Upstreams>({
  name: 'platform.add_allowlist',
  risk: 'high',
  movesMoney: false,
  target: edgeScope,
  input,
  askedFrom: 'requested_from',
  reasons: listReasons,
  approvals: { required: 0, eligibleRoles: ['platform/PLATFORM_ADMIN'], expiresInS: 24 * 3600 },
  approvalsWhere: secondAdministrator,
  attributes: ({ owner }) => ({ scope: owner.scope }),
  door: {
    method: 'POST',
    path: '/api/ops/ip-whitelist',
    body: z
      .object({
        scope: z.enum(ALLOWLIST_SCOPES),
        merchant_id: entityId.optional(),
        console: consoleMember.optional(),
        entries: entriesMember,
        reason: reasonOnDoor,
      })
      .refine(({ scope, merchant_id }) => (scope === 'merchant') === (merchant_id !== undefined), {
        path: ['merchant_id'],
        message: written(say`must be there for the scope merchant, and only for that`),
      })
      .refine(({ scope, console }) => scope === 'console' || console === undefined, {
        path: ['console'],
        message: written(say`must be left out, unless the scope is console`),
      }),
    fields: { 'target.id': 'merchant_id', 'reason.code': 'reason', 'reason.note': 'reason' },
    toRequest: ({ scope, merchant_id, console = 'platform', reason, entries }) => ({
      targetId: edgeScopeId({ scope, merchant_id, console } as Parameters<typeof edgeScopeId>[0]),
      input: { entries },
      reason: String(reason),
    }),
    beside: ({ state }) => ({
      success: true,
      message:
        state === 'executed'
          ? say`Allowlist added`
          : state === 'pending'
            ? say`Adding the allowlist waits for a second administrator`
            : say`Adding the allowlist is under way`,
    }),
  },
  present: {
    title: say`Add an allowlist`,
    tone: 'danger',
    help: say`From then on only who comes from its networks is let in.`,
    ifWrong: say`Change the list, or withdraw it, on its page.`,
  },
  offeredOn: ({ owner, list }) => owner.scope !== 'global' && list === undefined,
  decide({ owner, merchant, list, read_at }, { entries = [], requested_from }, { reason }) {
    const refused = unlessOurs(owner)
    if (refused) return refused
    if (owner.scope === 'global') {
      return refuseField(
        'target.id',
        say`must be one merchant or the console: there is no list of all merchants`,
      )
    }
    if (owner.scope === 'merchant' && merchant === null) {
      return refuseField('target.id', say`must be the id of a merchant: nobody knows ${owner.merchant_id}`)
    }
    if (list) return refuse('allowlist_exists', say`${list.id} is its list. Change that one.`)
    const wanted = wantedEntries(entries, { scope: owner.scope, at: read_at, from: requested_from })
    if ('wrong' in wanted) return refuseFields(wanted.wrong)
    return accept({ ...owner, entries: wanted.entries, reason: reason?.code ?? 'other' })
  },
  preview: ({ owner, merchant }, { entries }) => ({
    subject: ownerTitle(owner, merchant?.name),
    summary: say`Only who comes from these networks is let in.`,
    changes: changedEntries([], entries),
    effects: listEffects(owner, entries),
  }),
  effect: deliverToEdge(async (list, context) =>
    context.upstreams.edge.addAllowlist(
      { ...list, ...(await requestedFrom(list, context)) },
      { key: context.key, ifMatch: null, signal: context.signal },
    ),
  ),
})
