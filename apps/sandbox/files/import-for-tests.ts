import { createHash, randomBytes } from 'node:crypto'
import type { z } from 'zod'
import type { NachaEntry } from '../cts/nacha-entry.ts'
import { decimal, type Money, minorUnits } from '../http/money.ts'
import type { StatementPart } from '../recon/statement.ts'
import type { Answered, SandboxForTests } from '../sandbox-for-tests.ts'

export type EntryInput = z.input<typeof NachaEntry>
export type StatementInput = z.input<typeof StatementPart>

/** A name for a file that no other test has. */
export function newSha256(): string {
  return createHash('sha256').update(randomBytes(16)).digest('hex')
}

/** A well-formed entry of a Nacha file: a PPD debit of 100.00 USD. */
export function entry(line: number, changes: Partial<EntryInput> = {}): EntryInput {
  return {
    line,
    batch: 1,
    sec_code: 'PPD',
    transaction_code: '27',
    side: 'debit',
    amount: { amount: '100.00', currency: 'USD' },
    rdfi: '091000019',
    account: `1234567${line}`,
    name: 'Dexter Thackery',
    individual_id: `ID-${line}`,
    trace_number: `0910000${String(line).padStart(8, '0')}`,
    company: { name: 'Larkspur Freight', id: '1234567890', entry_description: 'RENT' },
    effective_date: '2026-03-02',
    addenda: [],
    ...changes,
  }
}

/** What a file says that it holds. */
export function totalsOf(elements: readonly { side: 'debit' | 'credit'; amount: Money }[]) {
  const sum = (side: 'debit' | 'credit') => {
    const sums = new Map<string, bigint>()
    for (const element of elements.filter((one) => one.side === side)) {
      const { currency } = element.amount
      sums.set(currency, (sums.get(currency) ?? 0n) + minorUnits(element.amount))
    }
    return [...sums].map(([currency, minor]) => ({ amount: decimal(minor, currency), currency }))
  }
  return { entries: elements.length, debit: sum('debit'), credit: sum('credit') }
}

/** Stages entries as one Nacha file of one chunk and commits it. */
export async function importEntries(
  sandbox: SandboxForTests,
  entries: readonly EntryInput[],
  sha256 = newSha256(),
): Promise<{ sha256: string; committed: Answered }> {
  const declared = { name: 'test.ach', format: 'nacha', totals: totalsOf(entries), chunks: 1 }
  return importChunk(sandbox, `/cts/files/${sha256}`, sha256, declared, { entries })
}

/** Stages statements as one file of one chunk and commits it. */
export async function importStatements(
  sandbox: SandboxForTests,
  statements: readonly StatementInput[],
  format = 'camt.053',
): Promise<{ sha256: string; committed: Answered }> {
  const sha256 = newSha256()
  const totals = totalsOf(statements.flatMap(({ lines }) => lines))
  const declared = { name: 'test.xml', format, totals, chunks: 1 }
  return importChunk(sandbox, `/recon/files/${sha256}`, sha256, declared, { statements })
}

async function importChunk(
  sandbox: SandboxForTests,
  path: string,
  sha256: string,
  declared: unknown,
  chunk: unknown,
) {
  for (const [at, body] of [
    [path, declared],
    [`${path}/chunks/0`, chunk],
  ] as const) {
    const staged = await sandbox.request('PUT', at, { body })
    if (staged.status >= 300) throw new Error(`${at} was refused: ${JSON.stringify(staged.body)}`)
  }
  return { sha256, committed: await sandbox.request('POST', `${path}/commit`) }
}
