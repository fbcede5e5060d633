import { type EmergencyOn, emergenciesOn } from '@countersign/kernel/approvals/emergencies-on.ts'
import type { Kernel } from '@countersign/kernel/kernel.ts'
import type { Transfer } from './transfer.ts'

/** What is known here beside CTS: absent on a copy that a projection has, and in lists. */
export type WithRelatedWork = {
  readonly relatedWork?: {
    /** Freezes of its parties that are in force before anybody has agreed. */
    readonly emergencies: readonly EmergencyOn[]
    /** Open hits of its parties, and open exceptions that may be about it. */
    readonly items: readonly {
      readonly kind: 'hit' | 'exception'
      readonly id: string
      readonly title: string
    }[]
  }
}

/** A page names so many of each; the queues have the rest. */
const SHOWN_MAX = 5

/** What else is open about a transfer or those between whom it goes. */
export async function relatedWorkOf(
  kernel: Pick<Kernel, 'pool'>,
  { id, originator, receiver, frozen_parties }: Transfer,
): Promise<NonNullable<WithRelatedWork['relatedWork']>> {
  const { rows } = await kernel.pool.query<{ kind: 'hit' | 'exception'; id: string; title: string }>({
    name: 'transfers-related-work',
    text: `(SELECT 'hit' AS kind, i.subject_id AS id, i.title FROM transfers.compliance_item i
             WHERE i.party_id = ANY ($1) AND i.state = 'open' ORDER BY i.opened_at DESC LIMIT $3)
           UNION ALL
           (SELECT 'exception', a.exception_id, a.title FROM transfers.exception_about a
             WHERE a.transfers @> ARRAY[$2] AND a.state = 'open' ORDER BY a.opened_at DESC LIMIT $3)`,
    values: [[originator.party_id, receiver.party_id], id, SHOWN_MAX],
  })
  return { emergencies: await emergenciesOn(kernel, 'party', frozen_parties), items: rows }
}
