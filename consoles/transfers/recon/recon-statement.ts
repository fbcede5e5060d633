import { english } from '@countersign/kernel/languages/make-teller.ts'
import { moneyToWire } from '@countersign/kernel/money/money.ts'
import type { Statement, StatementItem, StatementLine, TransactionDetail } from '../import/statement.ts'
import { returnReason } from '../reason-codes/reason-codes.ts'
import type { ReconLine, ReconStatement } from './recon-files-http.ts'

/** Longest texts that Recon takes, in characters. */
const REFERENCE_MAX = 200
const NAME_MAX = 300
const ACCOUNT_MAX = 64
const DESCRIPTION_MAX = 4_000
const CODE_MAX = 64

/**
 * Puts lines together with the heads of their statements, as Recon takes them. Lines of one statement must follow one another.
 * @param statements all statements of the file, by their number from 1
 */
export function reconStatements(
  items: readonly StatementItem[],
  statements: readonly Statement[],
): ReconStatement[] {
  const parts: { ordinal: number; part: ReconStatement }[] = []
  for (const item of items) {
    let last = parts.at(-1)
    if (last?.ordinal !== item.statement) {
      const head = statements[item.statement - 1]
      if (!head) throw new RangeError(`The file has no statement ${item.statement}.`)
      last = { ordinal: item.statement, part: reconHead(head) }
      parts.push(last)
    }
    if (item.line) last.part.lines.push(reconLine(item.line))
  }
  return parts.map(({ part }) => part)
}

function reconHead(statement: Statement): ReconStatement {
  return {
    id: clip(statement.reference, REFERENCE_MAX),
    account: statement.account,
    currency: statement.currency,
    opening: statement.opening && moneyToWire(statement.opening),
    closing: statement.closing && moneyToWire(statement.closing),
    from: statement.from,
    to: statement.to,
    lines: [],
  }
}

function reconLine(line: StatementLine): ReconLine {
  const { details } = line
  const only = details.transactions_total === 1 ? details.transactions?.[0] : undefined
  const account = line.side === 'credit' ? only?.debtor_account : only?.creditor_account
  return {
    side: line.side,
    amount: line.amount,
    date: line.date,
    value_date: details.value_date,
    reference: clip(line.reference, REFERENCE_MAX),
    end_to_end_id: only?.end_to_end_id && clip(only.end_to_end_id, REFERENCE_MAX),
    bank_reference:
      details.account_servicer_reference && clip(details.account_servicer_reference, REFERENCE_MAX),
    counterparty: line.counterparty && clip(line.counterparty, NAME_MAX),
    counterparty_account: account && clip(account, ACCOUNT_MAX),
    description: descriptionOf(line),
    transaction_code: details.bank_transaction_code && clip(details.bank_transaction_code, CODE_MAX),
    status: details.status === 'booked' ? 'booked' : 'pending',
  }
}

/** What a person reads of a line: the bank's text, that of the payer, why it came back, and the payments of a batch. */
function descriptionOf({ details }: StatementLine): string | undefined {
  const parts: string[] = []
  if (details.reversal) parts.push('Reversal')
  if (details.status === 'information' || details.status === 'future') parts.push(`Status: ${details.status}`)
  if (details.information !== undefined) parts.push(details.information)
  const transactions = details.transactions ?? []
  const several = (details.transactions_total ?? 0) > 1
  if (several) parts.push(`${details.transactions_total} payments`)
  for (const one of transactions) parts.push(...transactionText(one, several))
  return parts.length === 0 ? undefined : clip(parts.join('\n'), DESCRIPTION_MAX)
}

function transactionText(one: TransactionDetail, several: boolean): string[] {
  const texts: string[] = []
  if (several) {
    const amount = one.amount ? `${one.amount.amount} ${one.amount.currency}` : ''
    const reference = one.creditor_reference ?? one.end_to_end_id ?? one.account_servicer_reference ?? ''
    texts.push(
      [amount, reference, one.debtor ?? one.creditor ?? ''].filter((part) => part !== '').join(' · '),
    )
  }
  texts.push(...(one.remittance ?? []))
  if (one.return_reason !== undefined) {
    const title = english(returnReason('sepa_ct', one.return_reason)?.title ?? '')
    texts.push(
      ['Returned', one.return_reason, title, one.return_information].filter((part) => part).join(' · '),
    )
  }
  return texts
}

/** Cut to a length without leaving half of a character. */
function clip(text: string, charactersMax: number): string {
  return text.slice(0, charactersMax).replace(/[\ud800-\udbff]$/, '')
}
