import { freezeParty } from '../compliance/freeze-party.ts'
import { decideHits, raiseHits } from '../compliance/hit.ts'
import { noticeParties } from '../compliance/notice-parties.ts'
import {
  cancelTransfers,
  makeTransfers,
  notifyChanges,
  receiveDishonours,
  receiveReturns,
  returnTransfers,
  settleTransfers,
} from '../cts/move-transfers.ts'
import { contestBy, dishonourBy } from '../cts/return-deadlines.ts'
import type { Database, Transaction } from '../database/database.ts'
import { isRefusal } from '../http/problem.ts'
import { openMerchants } from '../merchants/open-merchants.ts'
import { importStatements } from '../recon/import-statements.ts'
import { BANK_ACCOUNTS } from './plan-statements.ts'
import type { PlannedTransfer } from './plan-transfers.ts'
import { type PlannedWorld, planWorld } from './plan-world.ts'
import { seedEdge, seedTraffic } from './seed-edge.ts'
import { seedGateways } from './seed-gateways.ts'
import { seedSettlements } from './seed-settlements.ts'
import { recordTransactionEvents, seedTransactions } from './seed-transactions.ts'

export type WorldSummary = {
  readonly seed: string
  readonly seeded_at: string
  readonly parties: number
  readonly transfers: number
  readonly hits: number
  readonly exceptions: number
}

/**
 * Fills an empty database with the world of the seed; one that has a world keeps it, and one whose world was made before
 * there were gateways and an edge gets those of its seed.
 */
export async function seedIfEmpty(
  database: Database,
  seed: string,
  now: Date,
  transactions: number,
): Promise<void> {
  await database.transaction(async (tx) => {
    const { rows } = await tx.query<{ seed: string; whole: boolean }>(
      'SELECT seed, EXISTS (SELECT FROM gateways.gateway) AS whole FROM platform.world',
    )
    const known = rows[0]
    if (!known) await seedWorld(tx, seed, now, transactions)
    else if (!known.whole) await addPlatform(tx, known.seed, now)
  })
}

/**
 * Forgets the world with its effects, keys and staged files, and makes the world of the seed. Sequences of events
 * go on, so that whoever follows them sees the new world's; events of the old one that were not delivered are not.
 */
export async function resetWorld(
  database: Database,
  seed: string,
  now: Date,
  transactions: number,
): Promise<WorldSummary> {
  return database.transaction(async (tx) => {
    await tx.query(`TRUNCATE platform.world, platform.event, platform.event_batch, platform.idempotency, platform.effect,
      platform.staged_file, platform.staged_chunk, cts.transfer, cts.frozen_party, cts.account_on_file, ledger.account, ledger.period, ledger.posting,
      ledger.posting_line, recon.bank_account, recon.expected_line, recon.statement, recon.statement_line,
      recon.exception, recon.binding, compliance.party, compliance.hit, compliance.rule_override, banks.payment,
      merchants.merchant, merchants.balance, merchants.settlement, merchants.transaction,
      gateways.gateway, gateways.credential, gateways.incident, edge.rate_limit, edge.bucket, edge.allowlist, edge.version,
      edge.traffic`)
    await tx.query(`UPDATE hosts.host SET version = version + 1, routing = 'on'`)
    await tx.query(
      `UPDATE platform.webhook_delivery d SET delivered_through = c.last, attempts = 0, last_error = NULL
       FROM platform.event_counter c WHERE c.upstream = d.upstream`,
    )
    return seedWorld(tx, seed, now, transactions)
  })
}

async function seedWorld(
  tx: Transaction,
  seed: string,
  now: Date,
  transactions: number,
): Promise<WorldSummary> {
  const world = planWorld(seed, now)
  await tx.query('INSERT INTO platform.world (seed, seeded_at) VALUES ($1, $2)', [seed, now])
  await tx.query(
    `INSERT INTO recon.bank_account (account, ledger_account, currency)
     SELECT account, "ledgerAccount", currency
     FROM jsonb_to_recordset($1) AS b (account text, "ledgerAccount" text, currency text)`,
    [JSON.stringify(BANK_ACCOUNTS)],
  )
  await noticeParties(tx, world.parties, now)
  await liveTransfers(tx, world.transfers)
  await raiseHits(
    tx,
    world.hits.map(({ hit }) => hit),
  )
  await decidePlannedHits(tx, world)
  for (const { partyId, at, reason } of world.freezes) {
    const outcome = await freezeParty(tx, at, partyId, { reason }, undefined, undefined)
    if (isRefusal(outcome)) throw new Error(`the planned freeze of ${partyId} was refused: ${outcome.detail}`)
  }
  for (const [index, { at, intraday, part }] of world.statements.entries()) {
    await importStatements(tx, { at, intraday, stem: `${index + 1}-${part.id}` }, [[part]])
  }
  await openMerchants(tx, world.merchants, now)
  await seedGateways(tx, world.gateways)
  await seedEdge(tx, world.edge)
  await seedTransactions(tx, seed, now, transactions)
  await seedSettlements(tx, world.merchants, now)
  await orderHistory(tx, seed)
  await recordTransactionEvents(tx)
  await seedTraffic(tx)
  const { rows } = await tx.query<{ exceptions: number }>(
    'SELECT count(*)::integer AS exceptions FROM recon.exception',
  )
  return {
    seed,
    seeded_at: now.toISOString(),
    parties: world.parties.length,
    transfers: world.transfers.length,
    hits: world.hits.length,
    exceptions: rows[0]?.exceptions ?? 0,
  }
}

/** The merchants of a world are kept as they are, whatever has become of them: the edge has limits on those. */
async function addPlatform(tx: Transaction, seed: string, now: Date): Promise<void> {
  const { gateways, edge } = planWorld(seed, now)
  await seedGateways(tx, gateways)
  const { rows } = await tx.query<{ id: string }>('SELECT id FROM merchants.merchant')
  const known = new Set(rows.map(({ id }) => id))
  const ofKnown = ({ facts }: { readonly facts: { readonly merchant_id?: string | undefined } }) =>
    facts.merchant_id === undefined || known.has(facts.merchant_id)
  const limits = edge.limits.filter(ofKnown)
  const raised = edge.raised.filter(({ id }) => limits.some((limit) => limit.id === id))
  await seedEdge(tx, { limits, raised, lists: edge.lists.filter(ofKnown) })
  await orderHistory(tx, seed)
  await seedTraffic(tx)
}

/** Takes the transfers through their lives; events are published in the order of their times. */
async function liveTransfers(tx: Transaction, transfers: readonly PlannedTransfer[]): Promise<void> {
  await makeTransfers(
    tx,
    transfers.map(({ made }) => made),
    ({ created_at }) => created_at,
  )
  const each = <T>(of: (planned: PlannedTransfer) => T | undefined) =>
    transfers.flatMap((planned) => {
      const facts = of(planned)
      return facts === undefined ? [] : [{ id: planned.made.id, ...facts }]
    })
  await settleTransfers(
    tx,
    each(({ settledAt }) => (settledAt ? { at: settledAt } : undefined)),
  )
  await cancelTransfers(
    tx,
    each(({ cancelledAt }) => (cancelledAt ? { at: cancelledAt } : undefined)),
  )
  await receiveReturns(
    tx,
    each(({ received, made }) => {
      if (!received) return undefined
      const { at, ...facts } = received
      const received_at = at.toISOString()
      const original = { original_known: true, original_trace: made.trace_number }
      return { at, bank_return: { case: 'book' as const, ...facts, received_at, ...original } }
    }),
  )
  await notifyChanges(
    tx,
    each(({ change, made }) => {
      if (!change) return undefined
      const { at, ...facts } = change
      const original = { original_known: true, original_trace: made.trace_number }
      return { at, change: { ...facts, received_at: at.toISOString(), ...original } }
    }),
  )
  await returnTransfers(
    tx,
    each(({ returned }) => returned),
  )
  await receiveDishonours(
    tx,
    each(({ dishonoured, returned }) => {
      if (!dishonoured || !returned) return undefined
      const { at, ...facts } = dishonoured
      const deadlines = {
        due_by: dishonourBy(returned.at).toISOString(),
        contest_by: contestBy(at).toISOString(),
      }
      return { at, dishonour: { ...facts, at: at.toISOString(), ...deadlines } }
    }),
  )
}

async function decidePlannedHits(tx: Transaction, world: PlannedWorld): Promise<void> {
  for (const state of ['true_match', 'cleared'] as const) {
    const decided = world.hits.flatMap(({ hit, decided }) =>
      decided?.state === state ? [{ id: hit.id, at: decided.at }] : [],
    )
    await decideHits(tx, decided, state)
  }
}

/**
 * Puts the events that were recorded case by case into the order of their times, under ids that are those of the
 * seed: the same world has the same events, so that who has seen them needs not see them again.
 */
async function orderHistory(tx: Transaction, seed: string): Promise<void> {
  const batches = [...tx.batches.values()].map(({ id }) => id)
  // By way of negative numbers, which are free.
  await tx.query(
    `UPDATE platform.event e SET n = -r.rank
     FROM (SELECT batch, n, row_number() OVER (PARTITION BY batch ORDER BY occurred_at, n) AS rank
           FROM platform.event WHERE batch = ANY ($1)) r
     WHERE e.batch = r.batch AND e.n = r.n`,
    [batches],
  )
  await tx.query(
    `UPDATE platform.event SET n = -n, id = 'evt_' || left(md5(concat_ws(' ', $2::text, type,
       platform.instant(occurred_at), subject_kind, subject_id, subject_version)), 24)
     WHERE batch = ANY ($1)`,
    [batches, seed],
  )
}
