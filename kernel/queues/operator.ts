import type { Kernel } from '../kernel.ts'
import type { Queue } from './define-queue.ts'

/** Somebody who works a queue, and how. */
export type Operator = {
  readonly id: string
  readonly name: string
  /** None: whatever comes. */
  readonly skills: readonly string[]
  /** How many items of this console they may have open when more are given to them; null: no limit. */
  readonly maxOpen: number | null
  readonly awayFrom: string | null
  readonly awayUntil: string | null
  readonly away: boolean
  readonly open: number
  /** Of the queue's console. */
  readonly roles: readonly string[]
}

/**
 * The people who hold a role of the console of this queue now.
 *
 * @param butItem an item that is being given to somebody: it is not yet among what they have
 */
export async function operatorsOf(
  { pool }: Pick<Kernel, 'pool'>,
  queue: string,
  butItem: string | null = null,
): Promise<Operator[]> {
  const { rows } = await pool.query<Operator>({
    name: 'operators-of',
    text: `SELECT person_id AS id, name, skills, max_open AS "maxOpen", kernel.rfc3339(away_from) AS "awayFrom",
                  kernel.rfc3339(away_until) AS "awayUntil", away, open, roles FROM kernel.operators($1, $2)`,
    values: [queue, butItem],
  })
  return rows
}

/** Whether they may ask for anything that is done in the queue: work is given to nobody else. */
export function actsIn(kernel: Pick<Kernel, 'access'>, { actions }: Queue, { roles }: Operator): boolean {
  return (
    actions.length === 0 || actions.some((action) => kernel.access.mayEver({ kind: 'person', roles }, action))
  )
}
