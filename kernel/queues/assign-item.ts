import { z } from 'zod'
import { changeLine } from '../actions/change-line.ts'
import { accept, defineAction, refuse, refuseField, refuseFields } from '../actions/define-action.ts'
import type { FieldError } from '../actions/failure.ts'
import type { EntityType } from '../entities/define-entity.ts'
import { ENTITY_ID } from '../entities/entity-ref.ts'
import { say, written } from '../languages/say.ts'
import { type Operator, operatorsOf } from './operator.ts'
import { changeOf, type ItemChange, itemEvent, type WorkItem, workItem } from './work-item.ts'

const HELPERS_MAX = 20

/** An item, and the people among whom it may be given to somebody. */
type AssignableItem = WorkItem & { readonly operators: readonly Operator[] }

const assignable: EntityType<AssignableItem, unknown> = {
  ...workItem,
  list: undefined,
  sensitive: undefined,
  async read(id, upstreams, context) {
    const reading = await workItem.read(id, upstreams, context)
    if (reading.status !== 'found') return reading
    const operators = await context.ask((kernel) =>
      operatorsOf(kernel, reading.state.queue, reading.state.item),
    )
    return { ...reading, state: { ...reading.state, operators } }
  },
  present: (item) => workItem.present(item),
}

const personId = z.string().regex(ENTITY_ID, written(say`must be the id of a person`))
const input = z.object({
  assignee: personId
    .nullable()
    .optional()
    .meta({ title: 'Assign to', description: 'A person’s id; nobody puts the item back.' }),
  helpers: z
    .array(personId)
    .max(HELPERS_MAX)
    .refine((ids) => new Set(ids).size === ids.length, written(say`must name each person once`))
    .optional()
    .meta({ title: 'Extra operators', description: 'Who works on it beside the assignee.' }),
})

/** Somebody who may gives an item to a person, and to others beside, in one move; or takes it from whoever has it. */
export const assignItem = defineAction<AssignableItem, typeof input, ItemChange, unknown>({
  name: 'kernel.assign_item',
  risk: 'low',
  movesMoney: false,
  target: assignable,
  input,
  reasons: [
    { code: 'workload', title: say`To spread the work` },
    { code: 'skill', title: say`To somebody who knows it` },
    { code: 'handover', title: say`Somebody else goes on with it` },
    { code: 'absence', title: say`Who had it is away` },
  ],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 3600 },
  present: { title: say`Assign`, tone: 'neutral' },
  decide(item, { assignee, helpers = [] }) {
    if (item.state !== 'open') return refuse('item_done', say`It is done; there is nobody to give it to.`)
    if (assignee === undefined) return refuseField('input.assignee', say`who is to have it is missing`)
    if (assignee === null) {
      if (helpers.length > 0) return refuseField('input.helpers', say`nobody helps with what nobody has`)
      if (item.assignee === null) return refuse('not_claimed', say`Nobody has it.`)
      return accept(changeOf(item, { assignee: null, helpers: [] }))
    }
    const wrong = [
      ...unfit(item, assignee, 'input.assignee', item.assignee === assignee),
      ...helpers.flatMap((id, index) =>
        id === assignee
          ? [{ field: `input.helpers.${index}`, message: say`is the assignee already` }]
          : unfit(item, id, `input.helpers.${index}`, true),
      ),
    ]
    if (wrong.length > 0) return refuseFields(wrong)
    if (item.assignee === assignee && sameSet(item.helpers, helpers)) {
      return refuse('already_theirs', say`${assignee} has it already.`)
    }
    return accept(changeOf(item, { assignee, helpers }))
  },
  preview: (item, { assignee, helpers = [] }) => ({
    summary:
      assignee == null
        ? say`The item goes back to the queue, free for anybody.`
        : say`The item is given to somebody.`,
    changes: [
      changeLine(say`Assignee`, item.assignee, assignee),
      changeLine(say`Extra operators`, item.helpers.join(', '), helpers.join(', ')),
    ],
    effects: [],
  }),
  recorded: ({ assignee, helpers }) => ({ assignee, helpers: [...helpers] }),
  eventTypes: ['kernel.work_item.assigned', 'kernel.work_item.released'],
  events: (change) => [itemEvent(change.assignee === null ? 'released' : 'assigned', change)],
})

/** Why this person cannot be given the item; `full` people may keep what they have, and help. */
function unfit(item: AssignableItem, id: string, field: string, mayBeFull: boolean): FieldError[] {
  const operator = item.operators.find((one) => one.id === id)
  if (!operator) {
    const allowed = item.operators.map((one) => one.id)
    return [{ field, message: say`is nobody who works this queue`, allowed }]
  }
  if (operator.away) return [{ field, message: say`is away until ${operator.awayUntil ?? ''}` }]
  if (!mayBeFull && operator.maxOpen !== null && operator.open >= operator.maxOpen) {
    return [{ field, message: say`has ${operator.open} items open, and may be given ${operator.maxOpen}` }]
  }
  return []
}

function sameSet(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((one) => others.includes(one))
}
