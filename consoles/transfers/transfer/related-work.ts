import { type EmergencyOn, emergenciesOn } from '@countersign/kernel/approvals/emergencies-on.ts'
import type { Kernel } from '@countersign/kernel/kernel.ts'
import type { Transfer } from './transfer.ts'

/** What is known here beside CTS: absent on a copy that a projection has, and in lists. */
export type WithRelatedWork = {
  readonly relatedWork?: {
    /** Freezes of its parties that are in force before anybody has agreed. */
    readonly emergencies: readonly EmergencyOn[]
    /** Hits of its parties and exceptions that are about it, open and dealt with: of each at most so many as a page names. */
    readonly items: readonly RelatedItem[]
    /** And how many there are beyond those. */
    readonly more: readonly RelatedMore[]
    /** When this was asked for: a deadline before it is over. */
    readonly at: Date
  }
}

type Group = { readonly kind: 'hit' | 'exception'; readonly open: boolean }
type RelatedItem = Group & { readonly id: string; readonly title: string }
type RelatedMore = Group & { readonly count: number }

/** A page names so many of each; the queues have the rest. */
const SHOWN_MAX = 5
/** Nobody needs to know of how many more than this exactly. */
const COUNTED_MAX = 200

/** What else is or was about a transfer or those between whom it goes. */
export async function relatedWorkOf(
  kernel: Pick<Kernel, 'pool' | 'now'>,
  { id, originator, receiver, frozen_parties }: Transfer,
): Promise<NonNullable<WithRelatedWork['relatedWork']>> {
  const { rows } = await kernel.pool.query<RelatedItem & { count: number }>({
    name: 'transfers-related-work',
    text: `WITH found AS (
             (SELECT 'hit' AS kind, true AS open, i.subject_id AS id, i.title, i.opened_at FROM transfers.compliance_item i
               WHERE i.party_id = ANY ($1) AND i.state = 'open' ORDER BY i.opened_at DESC LIMIT $4)
             UNION ALL
             (SELECT 'hit', false, i.subject_id, i.title, i.opened_at FROM transfers.compliance_item i
               WHERE i.party_id = ANY ($1) AND i.state = 'done' ORDER BY i.opened_at DESC LIMIT $4)
             UNION ALL
             (SELECT 'exception', a.state = 'open', a.exception_id, a.title, a.opened_at FROM transfers.exception_about a
               WHERE a.transfers @> ARRAY[$2] ORDER BY a.state = 'open' DESC, a.opened_at DESC LIMIT $4))
           SELECT n.kind, n.open, n.id, n.title, n.count::integer AS count
             FROM (SELECT f.*, count(*) OVER of_kind AS count,
                          row_number() OVER (PARTITION BY f.kind, f.open ORDER BY f.opened_at DESC, f.id) AS nth
                     FROM found f WINDOW of_kind AS (PARTITION BY f.kind, f.open)) n
            WHERE n.nth <= $3
            ORDER BY n.open DESC, n.kind DESC, n.nth`,
    values: [[originator.party_id, receiver.party_id], id, SHOWN_MAX, COUNTED_MAX],
  })
  const more = rows.flatMap(({ kind, open, count }, index): RelatedMore[] =>
    count > SHOWN_MAX && rows.findIndex((one) => one.kind === kind && one.open === open) === index
      ? [{ kind, open, count: count - SHOWN_MAX }]
      : [],
  )
  return {
    emergencies: await emergenciesOn(kernel, 'party', frozen_parties),
    items: rows.map(({ kind, open, id: of, title }) => ({ kind, open, id: of, title })),
    more,
    at: kernel.now(),
  }
}
