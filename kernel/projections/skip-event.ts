import { z } from 'zod'
import { accept, defineAction, OTHER, refuse } from '../actions/define-action.ts'
import { say } from '../languages/say.ts'
import { notTheirs, projectionEntityType, projectionStream } from './projection-entity.ts'
import type { ProjectionRecord } from './projection-record.ts'

/** A projection goes on behind the one event that stops it, by the word of two people: its tables lack what that event tells. */
export const skipEvent = defineAction<
  ProjectionRecord,
  z.ZodObject,
  { name: string; position: number },
  unknown
>({
  name: 'kernel.skip_event',
  risk: 'high',
  movesMoney: false,
  target: projectionEntityType,
  input: z.object({}),
  reasons: [
    { code: 'cannot_be_shown', title: say`The tables cannot show it` },
    { code: 'shown_otherwise', title: say`What it tells is shown by another event` },
    { code: 'lists_needed_now', title: say`Lists are needed before it is mended` },
    OTHER,
  ],
  // Whoever policy lets decide (kernel/access/with-deciders.ts).
  approvals: { required: 1, leastRequired: 1, eligibleRoles: [], expiresInS: 24 * 3600 },
  present: {
    title: say`Skip the event`,
    tone: 'danger',
    help: say`The event itself stays. A rebuild of the projection takes it up again where it can by then.`,
  },
  offeredOn: ({ failing, stoppedAt }) => failing !== null && stoppedAt !== null,
  decide(found, _input, { actor }) {
    if (notTheirs(found, actor))
      return refuse('not_your_console', say`That is for the people of its console.`)
    const { stoppedAt } = found
    if (found.failing === null) return refuse('not_stopped', say`It does not stand still.`)
    if (stoppedAt === null) return refuse('no_single_event', say`No single event stops it.`)
    return accept({ name: found.name, position: stoppedAt.position })
  },
  preview: ({ name, stoppedAt }) => ({
    subject: name,
    summary: say`${name} goes on behind event ${stoppedAt?.position ?? ''}, and leaves it out.`,
    changes: [{ label: say`Left out`, after: `${stoppedAt?.type} (${stoppedAt?.position})` }],
    effects: [
      say`What the event tells is missing from its lists; timelines, the records themselves and the audit log have it.`,
      ...(stoppedAt?.refs.length ? [say`It concerns ${stoppedAt.refs.join(', ')}.`] : []),
    ],
  }),
  recorded: ({ position }) => ({ position }),
  eventTypes: ['kernel.projection.event_skipped'],
  events: ({ name, position }) => [
    {
      type: 'kernel.projection.event_skipped',
      stream: projectionStream(name),
      refs: [{ kind: 'projection', id: name }],
      payload: { position },
    },
  ],
})
