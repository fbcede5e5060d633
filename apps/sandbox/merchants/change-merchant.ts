import { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import { recordEvents } from '../events/record-events.ts'
import { text } from '../http/fields.ts'
import { type Refusal, refuse } from '../http/problem.ts'
import { type Outcome, staleVersion } from '../http/route.ts'
import { MERCHANT_EVENTS, type Merchant } from './merchant.ts'

export const ActivateRequest = z.strictObject({ note: text(4_000).optional() })
export const SuspendRequest = z.strictObject({ reason: text(200, 1), note: text(4_000).optional() })

type Asked = {
  readonly id: string
  readonly at: Date
  readonly ifMatch: number | undefined
  readonly key: string | undefined
}

/** Opens a merchant's checkout, API and webhooks: of one that waits for it, or that was suspended. */
export async function activateMerchant(tx: Transaction, { id, at, ifMatch, key }: Asked): Promise<Outcome> {
  const merchant = await readMerchant(tx, id, 'FOR UPDATE')
  if (!merchant) return unknownMerchant(id)
  const stale = staleVersion(ifMatch, merchant.version)
  if (stale) return stale
  if (merchant.state === 'active') return refuse('already_active', 'There is nothing to activate.')
  await tx.query(
    `UPDATE merchants.merchant SET state = 'active', suspended_since = NULL, suspend_reason = NULL,
       version = version + 1 WHERE id = $1`,
    [id],
  )
  return changed(tx, 'merchant.activated', id, at, key)
}

/**
 * Closes a merchant's checkout, API and webhooks. Its balance, its settlements and the ledger are of no concern here:
 * what it has sold is settled to it at its time.
 */
export async function suspendMerchant(
  tx: Transaction,
  { id, at, ifMatch, key }: Asked,
  reason: string,
): Promise<Outcome> {
  const merchant = await readMerchant(tx, id, 'FOR UPDATE')
  if (!merchant) return unknownMerchant(id)
  const stale = staleVersion(ifMatch, merchant.version)
  if (stale) return stale
  if (merchant.state !== 'active') return notActive(merchant)
  await tx.query(
    `UPDATE merchants.merchant SET state = 'suspended', suspended_since = $2, suspend_reason = $3,
       version = version + 1 WHERE id = $1`,
    [id, at, reason],
  )
  return changed(tx, 'merchant.suspended', id, at, key)
}

/** Where a suspension may come between reading and doing, `lock` is held to the end of the transaction. */
export async function readMerchant(
  tx: Transaction,
  id: string,
  lock: 'FOR UPDATE' | 'FOR SHARE',
): Promise<Merchant | undefined> {
  const { rows } = await tx.query<{ merchant: Merchant }>(
    `SELECT merchants.merchant_json(t) AS merchant FROM merchants.merchant t WHERE id = $1 ${lock}`,
    [id],
  )
  return rows[0]?.merchant
}

export function unknownMerchant(id: string): Refusal {
  return refuse('not_found', `There is no merchant ${id}.`)
}

export function notActive({ state, suspended_since }: Merchant): Refusal {
  return refuse(
    'merchant_not_active',
    state === 'suspended'
      ? `It is suspended since ${suspended_since}. Scheduled settlements go on.`
      : 'It has not been activated yet.',
  )
}

async function changed(
  tx: Transaction,
  type: string,
  id: string,
  at: Date,
  key: string | undefined,
): Promise<Outcome> {
  await recordEvents(tx, MERCHANT_EVENTS, type, [{ id, at }], key)
  const merchant = await readMerchant(tx, id, 'FOR UPDATE')
  return { status: 200, body: { merchant }, version: merchant?.version }
}
