import { z } from 'zod'
import { accept, defineAction, OTHER, refuse } from '../actions/define-action.ts'
import { say } from '../languages/say.ts'
import {
  notTheirUpstream,
  UPSTREAM_RESUMED,
  type UpstreamState,
  upstream,
  upstreamStream,
} from './upstream-entity.ts'

/**
 * What has waited for an upstream is sent again. It asks for nobody's countersignature by itself; the approval policy of
 * the kernel can ask for one.
 */
export const resumeUpstream = defineAction<UpstreamState, z.ZodObject, { id: string }, unknown>({
  name: 'kernel.resume_upstream',
  risk: 'high',
  movesMoney: false,
  target: upstream,
  input: z.object({}),
  reasons: [
    { code: 'well_again', title: say`It is well again` },
    { code: 'work_done', title: say`The planned work is done` },
    { code: 'paused_by_mistake', title: say`It was paused by mistake` },
    OTHER,
  ],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 24 * 3600 },
  present: {
    title: say`Resume`,
    tone: 'danger',
    help: say`What has waited is sent, each looked at once more before.`,
  },
  inverse: 'kernel.pause_upstream',
  // A button that can never be pressed says less than the banner in its place.
  offeredOn: ({ consoles }) => consoles.length > 0,
  decide(state, _input, { actor }) {
    const others = notTheirUpstream(state, actor.roles)
    if (others) return refuse('not_your_upstream', others)
    if (state.paused === null) return refuse('not_paused', say`It is not paused.`)
    return accept({ id: state.id })
  },
  concerns: ({ consoles }) => consoles,
  preview: ({ called }) => ({
    subject: say`Upstream ${called}`,
    summary: say`Effects are sent to ${called} again.`,
    changes: [{ label: say`Upstream`, before: say`paused`, after: say`open` }],
    effects: [
      say`What has waited is sent, the longest waiting first.`,
      say`Roles, expiry and the version of each target are looked at again; what no longer holds is not sent.`,
    ],
  }),
  eventTypes: [UPSTREAM_RESUMED],
  events: ({ id }) => [
    { type: UPSTREAM_RESUMED, stream: upstreamStream(id), refs: [{ kind: 'upstream', id }], payload: {} },
  ],
})
