import { expect } from 'vitest'
import { z } from 'zod'
import { entry, importEntries, importStatements, type StatementInput } from '../files/import-for-tests.ts'
import type { SandboxForTests } from '../sandbox-for-tests.ts'
import { ExceptionSchema } from './exception.ts'
import { StatementSchema, StoredLineSchema } from './statement.ts'

/** Far from the world's own postings, so that each test sees only what it made. */
export const NOW = new Date('2026-03-20T09:00:00Z')
/** The sandbox's own ACH account. */
export const OURS = '4410020030'

let serial = 0

export function credit(
  amount: string,
  reference: string,
  changes: Partial<StatementInput['lines'][number]> = {},
) {
  return { side: 'credit' as const, amount: { amount, currency: 'USD' }, reference, ...changes }
}

/** Makes incoming credits that settled on a day, and so postings that a statement of that day should show. */
export async function postings(
  sandbox: SandboxForTests,
  day: string,
  ...amounts: string[]
): Promise<{ id: string; reference: string }[]> {
  const entries = amounts.map((amount, index) => {
    serial += 1
    return entry(index + 1, {
      side: 'credit',
      transaction_code: '22',
      amount: { amount, currency: 'USD' },
      effective_date: day,
      trace_number: `08100003${String(serial).padStart(7, '0')}`,
    })
  })
  const { sha256 } = await importEntries(sandbox, entries)
  return entries.map(({ line, trace_number }) => ({
    id: `tr_${sha256.slice(0, 16)}.${line}`,
    reference: trace_number,
  }))
}

export function statement(
  day: string,
  lines: StatementInput['lines'],
  changes: Partial<StatementInput> = {},
) {
  serial += 1
  const net = lines.reduce((sum, line) => {
    if (line.status === 'pending') return sum
    return sum + Number(line.amount.amount) * (line.side === 'credit' ? 1 : -1)
  }, 0)
  const money = (amount: number) => ({ amount: amount.toFixed(2), currency: 'USD' })
  return {
    id: `STMT-${serial}`,
    account: OURS,
    currency: 'USD',
    opening: money(1000),
    closing: money(1000 + net),
    from: day,
    to: day,
    lines,
    ...changes,
  }
}

/** Brings statements, and says what became of the first of them. */
export async function commit(
  sandbox: SandboxForTests,
  statements: readonly StatementInput[],
  format?: string,
) {
  const { sha256, committed } = await importStatements(sandbox, statements, format)
  expect(committed.status).toBe(200)
  const { body } = await sandbox.request('GET', '/recon/exceptions?limit=200')
  const exceptions = z.object({ exceptions: z.array(ExceptionSchema) }).parse(body).exceptions
  const id = `st_${sha256.slice(0, 16)}.1`
  return {
    committed: committed.body,
    statement: StatementSchema.parse((await sandbox.request('GET', `/recon/statements/${id}`)).body),
    lines: z
      .object({ lines: z.array(StoredLineSchema) })
      .parse((await sandbox.request('GET', `/recon/statements/${id}/lines`)).body).lines,
    exceptions: exceptions.filter((one) => one.statement_id === id),
    all: exceptions,
  }
}
