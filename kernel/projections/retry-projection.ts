import { z } from 'zod'
import { accept, defineAction, refuse } from '../actions/define-action.ts'
import { counted, say } from '../languages/say.ts'
import { notTheirs, projectionEntityType, projectionStream } from './projection-entity.ts'
import type { ProjectionRecord } from './projection-record.ts'

/** Tried again at once, not when its turn comes: what kept it is thought to be mended. */
export const retryProjection = defineAction<ProjectionRecord, z.ZodObject, { name: string }, unknown>({
  name: 'kernel.retry_projection',
  risk: 'low',
  movesMoney: false,
  target: projectionEntityType,
  input: z.object({}),
  reasons: [
    { code: 'cause_mended', title: say`What stopped it is mended` },
    { code: 'try_again', title: say`To see whether it goes on now` },
  ],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 3600 },
  present: { title: say`Try again now`, tone: 'neutral' },
  offeredOn: ({ failing }) => failing !== null,
  decide(found, _input, { actor }) {
    if (notTheirs(found, actor))
      return refuse('not_your_console', say`That is for the people of its console.`)
    if (found.failing === null) return refuse('not_stopped', say`It does not stand still.`)
    return accept({ name: found.name })
  },
  preview: ({ name, failures }) => ({
    subject: name,
    summary: say`${name} is tried again at once; it has stood still for ${counted(failures, 'one {# try} other {# tries}')}.`,
    changes: [],
    effects: [say`It is tried by itself too, at most 10 minutes apart.`],
  }),
  eventTypes: ['kernel.projection.retry_requested'],
  events: ({ name }) => [
    {
      type: 'kernel.projection.retry_requested',
      stream: projectionStream(name),
      refs: [{ kind: 'projection', id: name }],
      payload: {},
    },
  ],
})
