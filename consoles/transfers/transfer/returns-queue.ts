import { say } from '@countersign/kernel/languages/say.ts'
import type { Queue } from '@countersign/kernel/queues/define-queue.ts'
import { bankDays } from '../calendars.ts'
import { QUEUES } from '../contract.ts'

export const returnsQueue: Queue = {
  name: QUEUES.returns,
  title: say`Returns`,
  permission: 'transfers:read',
  table: 'transfers.returns_item',
  projection: 'transfers.returns',
  source: 'cts',
  slaHours: 4,
  calendar: bankDays,
  // What the rail asks to be answered by a day counts for more than our own hours.
  deadlineColumn: 'answer_by',
  sortableDeadline: 'until_at',
  skillColumn: 'rail',
  columns: [
    { key: 'code', title: say`Code`, type: 'code', sql: 'q.code', filter: { column: 'code' } },
    {
      key: 'amount',
      title: say`Amount`,
      type: 'money',
      sql: "jsonb_build_object('amount', q.amount, 'currency', q.currency)",
    },
    { key: 'originator', title: say`Originator`, type: 'person', sql: 'q.originator' },
    { key: 'receiver', title: say`Receiver`, type: 'person', sql: 'q.receiver' },
    {
      key: 'rail',
      title: say`Rail`,
      type: 'code',
      sql: 'q.rail',
      filter: { column: 'rail', options: ['ach', 'sepa_ct', 'wire'], exhaustive: true },
    },
    {
      key: 'kind',
      title: say`Kind`,
      type: 'code',
      sql: 'q.kind',
      stays: true,
      filter: { column: 'kind', options: ['return', 'contested', 'dishonour', 'change'], exhaustive: true },
    },
    { key: 'until', title: say`Deadline`, type: 'deadline', sql: 'kernel.rfc3339(q.until_at)' },
    {
      key: 'currency',
      title: say`Currency`,
      type: 'code',
      sql: 'q.currency',
      filter: { column: 'currency' },
    },
  ],
  guide: 'returns',
  actions: [
    'transfers.return_transfer',
    'transfers.send_again',
    'transfers.dishonour_return',
    'transfers.contest_dishonour',
    'transfers.accept_dishonour',
    'transfers.answer_change',
    'transfers.refuse_change',
  ],
}
