import { refusedAt } from './import-refusal.ts'
import { inGroups } from './in-groups.ts'
import { type Mt940Details, readDetails } from './mt940-details.ts'
import { lineMinor, type Mt940Line, readBalance, readLine, refuseIn } from './mt940-fields.ts'
import { type Mt940Tag, mt940Tags } from './mt940-tags.ts'
import {
  ACCOUNT_CHARACTERS_MAX,
  type Balance,
  type StatementItem,
  type StatementKind,
  type StatementReading,
} from './statement.ts'
import { type LineAsRead, statementLedger } from './statement-ledger.ts'

/** Statements of one file whose balances are kept to its end. */
const STATEMENTS_MAX = 20_000

/** A customer without a reference of their own gets this one from SWIFT. */
const NO_REFERENCE = 'NONREF'

type OpenMessage = {
  first: Mt940Tag
  reference: string
  /** Statement and page number (tag 28C). */
  number: string
  account: string
  currency: string | undefined
  balances: Balance[]
  /** MT942: a report within the day has floor limits or a time, and no opening balance. */
  intraday: boolean
  line: { tag: Mt940Tag; line: Mt940Line; details: string[] } | undefined
}

/**
 * Reads MT940 customer statements and MT942 interim reports as banks send them, with or without SWIFT blocks and envelopes, as a
 * stream. `items` yields groups of lines and throws `ImportRefusal`, with line and column, for what cannot be read. A statement
 * that does not add up is no refusal: see `Statement.verdict`.
 */
export function readMt940(source: AsyncIterable<Buffer>): StatementReading {
  const reader = mt940Reader()
  return { items: inGroups(source, reader), totals: reader.totals }
}

function mt940Reader() {
  const ledger = statementLedger()
  let ready: StatementItem[] = []
  let format = 'mt940'
  let message: OpenMessage | undefined
  const tags = mt940Tags({ onTag: takeTag, onEnd: closeMessage })

  function takeTag(tag: Mt940Tag): void {
    if (tag.tag === '20') {
      closeMessage()
      openMessage(tag)
      return
    }
    if (!message) {
      throw refusedAt(tag.line, 1, `Tag :${tag.tag}: stands outside a message; a message begins with :20:.`)
    }
    if (tag.tag === '86' && message.line) {
      message.line.details.push(tag.content)
      return
    }
    if (tag.tag === 'NS' && message.line) {
      message.line.details.push(tag.content)
      return
    }
    closeLine(message)
    takeHeader(message, tag)
  }

  function openMessage(tag: Mt940Tag): void {
    if (ledger.ordinal() > STATEMENTS_MAX) {
      throw refusedAt(tag.line, 1, `The file has more than ${STATEMENTS_MAX} statements.`)
    }
    message = {
      first: tag,
      reference: tag.content,
      number: '',
      account: '',
      currency: undefined,
      balances: [],
      intraday: false,
      line: undefined,
    }
  }

  function takeHeader(to: OpenMessage, tag: Mt940Tag): void {
    switch (tag.tag) {
      case '25':
      case '25P':
        takeAccount(to, tag)
        break
      case '28':
      case '28C':
        to.number = tag.content.trim()
        break
      case '13':
      case '13D':
        to.intraday = true
        break
      case '34':
      case '34F':
        to.intraday = true
        to.currency ??= tag.content.slice(0, 3)
        break
      case '60':
      case '60F':
      case '60M':
      case '62':
      case '62F':
      case '62M':
      case '64':
      case '65':
        takeBalance(to, tag)
        break
      case '61':
        to.line = { tag, line: readLine(tag), details: [] }
        break
      default:
    }
  }

  function takeAccount(to: OpenMessage, tag: Mt940Tag): void {
    if (to.account !== '') throw refuseIn(tag, 0, 'The account is named a second time')
    const [first = ''] = tag.content.split('\n')
    if (first.trim() === '') throw refuseIn(tag, 0, 'The account is empty')
    if (first.length > ACCOUNT_CHARACTERS_MAX) {
      throw refuseIn(
        tag,
        ACCOUNT_CHARACTERS_MAX,
        `The account has more than ${ACCOUNT_CHARACTERS_MAX} characters`,
      )
    }
    to.account = first.trim()
    to.currency = /\d([A-Z]{3})$/.exec(to.account)?.[1]
  }

  function takeBalance(to: OpenMessage, tag: Mt940Tag): void {
    const balance = readBalance(tag)
    if (balance.code === 'OPBD') to.currency = balance.currency
    const once = balance.code === 'OPBD' || balance.code === 'CLBD'
    if (once && to.balances.some((other) => other.code === balance.code)) {
      throw refuseIn(tag, 0, 'This balance stands a second time in its message')
    }
    to.balances.push(balance)
  }

  function closeLine(of: OpenMessage): void {
    const open = of.line
    if (!open) return
    of.line = undefined
    if (of.currency === undefined) {
      throw refuseIn(open.tag, 0, 'No balance before this entry names the currency')
    }
    ready.push(ledger.addLine(asRead(open.tag, open.line, open.details, of.currency)))
  }

  function closeMessage(): void {
    if (!message) return
    const closed = message
    closeLine(closed)
    message = undefined
    if (closed.account === '') {
      throw refusedAt(closed.first.line, 1, 'The message names no account (:25:).')
    }
    const opened = closed.balances.some((balance) => balance.code === 'OPBD')
    const kind: StatementKind = closed.intraday && !opened ? 'intraday' : 'statement'
    if (kind === 'intraday') format = 'mt942'
    const empty = ledger.closeStatement({
      place: { line: closed.first.line },
      reference: [closed.reference.trim(), closed.number].filter((part) => part !== '').join(' '),
      kind,
      account: closed.account,
      currency: closed.currency,
      balances: closed.balances,
    })
    if (empty) ready.push(empty)
  }

  return {
    push: tags.push,
    end(): void {
      tags.end()
      if (!tags.anyText()) throw refusedAt(1, 1, 'The file is empty.')
      if (ledger.ordinal() === 1) {
        throw refusedAt(1, 1, 'No MT940 or MT942 message was found: none of the lines begins with :20:.')
      }
    },
    take(): StatementItem[] {
      const taken = ready
      ready = []
      return taken
    },
    totals: () => ledger.totals(format),
  }
}

function asRead(tag: Mt940Tag, line: Mt940Line, contents: readonly string[], currency: string): LineAsRead {
  const details = contents.length === 0 ? undefined : readDetails(contents.join('\n'))
  const own = line.customerReference === NO_REFERENCE ? undefined : line.customerReference
  const bank = line.bankReference === NO_REFERENCE ? undefined : line.bankReference
  return {
    minor: lineMinor(tag, line, currency),
    currency,
    transactionDetails: 0,
    returnReasons: new Map(),
    line: {
      side: line.side,
      date: line.entryDate ?? line.valueDate,
      reference: details?.endToEndId ?? details?.customerReference ?? own ?? bank ?? '',
      counterparty: details?.name,
      details: {
        status: line.expected ? 'future' : 'booked',
        reversal: line.reversal ? true : undefined,
        value_date: line.valueDate,
        account_servicer_reference: bank,
        entry_reference: own,
        bank_transaction_code: details?.businessCode ?? line.transactionType,
        information: informationOf(line, details),
        transactions_total: details ? 1 : undefined,
        transactions: details && [transactionOf(line, details)],
      },
    },
  }
}

function informationOf(line: Mt940Line, details: Mt940Details | undefined): string | undefined {
  const text = [details?.postingText, line.supplementary].filter((part) => part !== undefined).join(' · ')
  return text === '' ? undefined : text
}

function transactionOf(line: Mt940Line, details: Mt940Details) {
  const other = line.side === 'credit' ? 'debtor' : 'creditor'
  const text = details.remittance ?? details.text
  return {
    end_to_end_id: details.endToEndId,
    mandate_id: details.mandateId,
    remittance: text === '' ? undefined : [text],
    [other]: details.name,
    [`${other}_account`]: details.account,
  }
}
