import type { Transaction } from '../database/database.ts'
import { setCredential } from './change-gateway.ts'
import { changedGateway, type Gateway } from './gateway.ts'

export type NewGateway = Pick<Gateway, 'id' | 'name' | 'kind' | 'priority' | 'weight'> & {
  readonly at: Date
  /** What we present to it; only its digest is kept. */
  readonly secret: string
}

/** Takes gateways into service, each with what is presented to it. */
export async function openGateways(tx: Transaction, gateways: readonly NewGateway[]): Promise<void> {
  for (const { id, at, name, kind, priority, weight, secret } of gateways) {
    await tx.query(
      `INSERT INTO gateways.gateway (id, name, kind, status_since, priority, weight, breaker_since, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $4, $4)`,
      [id, name, kind, at, priority, weight],
    )
    await changedGateway(tx, 'gateway.created', { id, at })
    await setCredential(tx, { id, at }, { name: 'api_key', secret })
  }
}
