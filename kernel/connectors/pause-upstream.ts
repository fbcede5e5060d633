import { z } from 'zod'
import { accept, defineAction, OTHER, refuse } from '../actions/define-action.ts'
import { say } from '../languages/say.ts'
import {
  notTheirUpstream,
  UPSTREAM_PAUSED,
  type UpstreamState,
  upstream,
  upstreamStream,
} from './upstream-entity.ts'

/**
 * O-15: nothing more is sent to an upstream until it is resumed; what is authorised waits. One person, at once, also
 * while the audit log is halted: it stops harm.
 */
export const pauseUpstream = defineAction<
  UpstreamState,
  z.ZodObject,
  { id: string; reason: string },
  unknown
>({
  name: 'kernel.pause_upstream',
  // No more than medium: a person in a hurry is not first asked for a preview's digest.
  risk: 'medium',
  movesMoney: false,
  target: upstream,
  input: z.object({}),
  reasons: [
    { code: 'acting_wrongly', title: say`It does other things than it is asked for` },
    { code: 'incident', title: say`Incident there or here` },
    { code: 'maintenance', title: say`Planned work on it` },
    OTHER,
  ],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 3600 },
  present: {
    title: say`Pause`,
    tone: 'danger',
    help: say`Nothing more is sent to it until it is resumed. What is authorised meanwhile waits.`,
  },
  inverse: 'kernel.resume_upstream',
  containment: true,
  // A button that can never be pressed says less than the banner in its place.
  offeredOn: ({ consoles }) => consoles.length > 0,
  decide(state, _input, { actor, reason }) {
    const others = notTheirUpstream(state, actor.roles)
    if (others) return refuse('not_your_upstream', others)
    if (state.paused !== null) return refuse('already_paused', say`It is paused already.`)
    return accept({ id: state.id, reason: reason?.code ?? OTHER.code })
  },
  concerns: ({ consoles }) => consoles,
  preview: ({ called }) => ({
    subject: say`Upstream ${called}`,
    summary: say`Nothing more is sent to ${called} until it is resumed.`,
    changes: [{ label: say`Upstream`, before: say`open`, after: say`paused` }],
    effects: [
      say`Effects that are authorised wait, and are looked at again before they are sent. One that has expired by then is not sent.`,
      say`What is on its way already is finished.`,
      say`What stops harm (a freeze, say) goes on being sent.`,
    ],
  }),
  recorded: ({ reason }) => ({ reason }),
  eventTypes: [UPSTREAM_PAUSED],
  events: ({ id, reason }) => [
    {
      type: UPSTREAM_PAUSED,
      stream: upstreamStream(id),
      refs: [{ kind: 'upstream', id }],
      payload: { reason },
    },
  ],
})
