import type { Product } from './product.ts'

export type SeededReturn = { readonly id: string; readonly code: string }

/** Transfers whose return the bank has sent and nobody has booked, of parties that may move money, each given once, those by ACH first; as CTS itself has them. */
export async function seededReturns(product: Product): Promise<() => SeededReturn> {
  const { transfers } = await product.upstream('/cts/transfers?state=return_received&limit=200')
  const untaken: SeededReturn[] = transfers
    .filter((transfer: { frozen_parties: string[] }) => transfer.frozen_parties.length === 0)
    .sort(
      (one: { rail: string }, other: { rail: string }) =>
        Number(other.rail === 'ach') - Number(one.rail === 'ach'),
    )
    .map((transfer: { id: string; return: { code: string } }) => ({
      id: transfer.id,
      code: transfer.return.code,
    }))
  return () => {
    const next = untaken.shift()
    if (!next) throw new Error('no return is left in the seeded world')
    return next
  }
}

/**
 * Parties that are not frozen, each given once, those first that have no part in a return that waits: freezing them keeps
 * nobody from booking it. As Compliance itself has them.
 */
export async function seededParties(product: Product): Promise<() => string> {
  const { parties } = await product.upstream('/compliance/parties?limit=200')
  const { transfers } = await product.upstream('/cts/transfers?state=return_received&limit=200')
  const waiting = JSON.stringify(transfers)
  const untaken: string[] = parties
    .filter((party: { frozen: boolean }) => !party.frozen)
    .map((party: { id: string }) => party.id)
    .sort(
      (one: string, other: string) =>
        Number(waiting.includes(`"${one}"`)) - Number(waiting.includes(`"${other}"`)),
    )
  return () => {
    const next = untaken.shift()
    if (next === undefined) throw new Error('no party is left in the seeded world')
    return next
  }
}

/** Tells an upstream of the sandbox to misbehave; `off` ends it. */
export async function misbehave(
  product: Product,
  instruction: {
    readonly upstream: 'cts' | 'ledger' | 'recon' | 'compliance'
    readonly mode: 'latency' | 'error_5xx' | 'lost_response' | 'refuse' | 'off'
    readonly on?: 'any' | 'reads' | 'writes'
    readonly latency_ms?: number
    readonly count?: number
  },
): Promise<void> {
  const answer = await fetch(`${product.sandboxUrl}/_sandbox/misbehave`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(instruction),
  })
  if (!answer.ok) throw new Error(`the sandbox answered ${answer.status}: ${await answer.text()}`)
}
