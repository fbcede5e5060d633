import type { EventTitle } from '@countersign/kernel/console.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { wireMoney } from '@countersign/kernel/money/money.ts'
import { z } from 'zod'

const told = z.object({
  record: z.object({
    id: z.string(),
    amount: wireMoney,
    residual_of: z.string().nullish(),
    parts: z.array(z.object({ id: z.string() })).nullish(),
  }),
})

/** What is left over of a line stands in the line's timeline as well: which of the two it is has to be said. */
export const exceptionRaisedTitle: EventTitle = (payload) => {
  const { data } = told.safeParse(payload)
  return data?.record.residual_of
    ? say`${data.record.amount} of ${data.record.residual_of} left over: ${data.record.id}`
    : say`Left without a partner in reconciliation`
}

export const exceptionAssignedTitle: EventTitle = (payload) => {
  const { data } = told.safeParse(payload)
  const ids = data?.record.parts?.map(({ id }) => id) ?? []
  return data === undefined || ids.length === 0
    ? say`Statement line assigned`
    : say`Statement line assigned: ${data.record.id} to ${ids}`
}
