import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type AuditFacts,
  type EncodedAuditEntry,
  encodeAuditEntry,
  toJsonb,
} from '@countersign/kernel/audit/audit-entry.ts'
import type { Queryable } from '@countersign/kernel/audit/database-tiles.ts'
import { type SequenceResult, sequenceOnce } from '@countersign/kernel/audit/sequencer.ts'
import { generateSignerKey, parseSignerKey, type SignerKey } from '@countersign/kernel/audit/signed-note.ts'
import { type SignResult, signOnce } from '@countersign/kernel/audit/signer.ts'
import { type Witness, witnessDirectory } from '@countersign/kernel/audit/witness-directory.ts'
import { uuidV7 } from '@countersign/kernel/db/uuid-v7.ts'
import type pg from 'pg'
import type { TestDatabase } from './test-database.ts'

/** An audit log in a test database, driven by hand: nothing runs by itself. */
export type TestAuditLog = {
  readonly key: SignerKey
  readonly witness: Witness
  readonly directory: string
  /** Appends entries in one transaction, as the kernel's routines do. */
  append(count: number, facts?: Partial<AuditFacts>): Promise<EncodedAuditEntry[]>
  sequence(limit?: number): Promise<SequenceResult>
  sign(): Promise<SignResult>
  /** Appends, sequences and signs. */
  grow(count: number): Promise<void>
  remove(): void
}

export const TEST_ORIGIN = 'countersign.example/audit/test'

/** @param same a log whose key and witness to go on with, over connections of its own */
export function createTestAuditLog(
  database: TestDatabase,
  same?: Pick<TestAuditLog, 'key' | 'directory'>,
): TestAuditLog {
  const directory = same?.directory ?? mkdtempSync(join(tmpdir(), 'countersign-witness-'))
  const key = same?.key ?? parseSignerKey(generateSignerKey(TEST_ORIGIN))
  const witness = witnessDirectory(directory, key)
  const pools: { superuser: pg.Pool; sequencer: pg.Pool; signer: pg.Pool } = {
    superuser: database.pool('superuser'),
    sequencer: database.pool('sequencer'),
    signer: database.pool('signer'),
  }
  const log: TestAuditLog = {
    key,
    witness,
    directory,
    async append(count, facts) {
      const entries = Array.from({ length: count }, (_, at) =>
        encodeTestEntry({ ...testFacts(at), ...facts }),
      )
      await appendEncoded(pools.superuser, entries)
      return entries
    },
    sequence: (limit) => sequenceOnce(pools.sequencer, { limit }),
    sign: () => signOnce(pools.signer, { key, witness }),
    async grow(count) {
      await log.append(count)
      for (let result = await log.sequence(); result.state === 'sequenced'; ) result = await log.sequence()
      const signed = await log.sign()
      if (signed.state !== 'signed') throw new Error(`The signer ended ${signed.state}.`)
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
  return log
}

/** Facts of an entry with every member that a leaf can have. */
export function testFacts(at = 0): AuditFacts {
  return {
    kind: 'action',
    actor: { id: `transfers-OPS-${at % 3}`, roles: ['transfers/OPS'] },
    action: 'transfers.return_transfer',
    target: { kind: 'transfer', id: `tr_${at}` },
    reason: { code: 'R03', note: `Account closed, said the bank (${at})` },
    outcome: 'pending',
    actionRequestId: uuidV7(),
    transition: { from: null, to: 'pending', revision: 1 },
    httpRequestId: `req-${at}`,
    ip: '203.0.113.7',
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64)',
    detail: { amount: { amount: '1204.50', currency: 'USD' }, n: at },
  }
}

export function encodeTestEntry(facts: AuditFacts, at: Date = new Date()): EncodedAuditEntry {
  return encodeAuditEntry(facts, { id: uuidV7(), at })
}

/** @param database as a superuser: what is recorded of requests is written by the kernel's own routines alone */
export async function appendEncoded(
  database: Queryable,
  entries: readonly EncodedAuditEntry[],
): Promise<void> {
  await database.query('SELECT kernel.insert_audit($1::jsonb)', [JSON.stringify(toJsonb(entries))])
}
