import {
  accountNumber,
  addTransaction,
  noTransactions,
  readBalance,
  readDate,
  readEntry,
} from './camt-entry.ts'
import { ImportRefusal } from './import-refusal.ts'
import { inGroups } from './in-groups.ts'
import { describeMessage, messageOfElement, messageOfNamespace } from './iso20022-messages.ts'
import {
  ACCOUNT_CHARACTERS_MAX,
  type Balance,
  STATEMENT_NAME_CHARACTERS_MAX,
  type StatementItem,
  type StatementKind,
  type StatementReading,
} from './statement.ts'
import { statementLedger } from './statement-ledger.ts'
import { textAt, type XmlElement, xmlElements } from './xml-elements.ts'
import { xmlText } from './xml-text.ts'

/** The messages taken, by the element that holds them, with the element of each statement in it. */
const TAKEN: ReadonlyMap<string, { kind: StatementKind; statement: string }> = new Map([
  ['BkToCstmrStmt', { kind: 'statement', statement: 'Stmt' }],
  ['BkToCstmrDbtCdtNtfctn', { kind: 'notification', statement: 'Ntfctn' }],
  ['BkToCstmrAcctRpt', { kind: 'intraday', statement: 'Rpt' }],
])

/** Elements whose number belongs in a path. */
const NUMBERED = new Set(['Stmt', 'Ntfctn', 'Rpt', 'Ntry', 'NtryDtls', 'TxDtls', 'Bal'])

/** Parts of a statement that are read; the rest of it is passed over. */
const PARTS = new Set(['Id', 'CreDtTm', 'FrToDt', 'Acct', 'Bal', 'Ntry'])

/** Statements of one file whose balances are kept to its end. */
const STATEMENTS_MAX = 20_000

type OpenStatement = {
  element: XmlElement
  kind: StatementKind
  reference: string
  account: string
  currency: string | undefined
  created: string | undefined
  from: string | undefined
  to: string | undefined
  balances: Balance[]
}

/**
 * Reads camt.053, camt.054 and camt.052, of any version, with any prefix and inside any envelope, as a stream. `items` yields
 * groups of lines in the order of the file and throws `ImportRefusal`, with XML path and line, for anything that is not such a
 * message or breaks it. A statement that does not add up is no refusal: see `Statement.verdict`.
 */
export function readCamt(source: AsyncIterable<Buffer>): StatementReading {
  const reader = camtReader()
  return { items: inGroups(source, reader), totals: reader.totals }
}

function camtReader() {
  const ledger = statementLedger()
  let ready: StatementItem[] = []
  let bytes = 0
  let format = 'camt'
  let message: { element: XmlElement; kind: StatementKind; statement: string } | undefined
  let found = false
  let statement: OpenStatement | undefined
  let transactions = noTransactions()

  const xml = xmlElements({ open, close }, NUMBERED)
  const text = xmlText(xml.line)

  function open(element: XmlElement): void {
    if (!message) {
      openOutside(element)
    } else if (!statement) {
      if (element.parent === message.element && element.name === message.statement) openStatement(element)
    } else if (element.parent === statement.element && PARTS.has(element.name)) {
      element.kept = true
      if (element.name === 'Ntry') transactions = noTransactions()
    }
  }

  /** Before the message: envelopes and headers are passed through; another message is refused by its name. */
  function openOutside(element: XmlElement): void {
    const taken = TAKEN.get(element.name)
    const named = messageOfNamespace(element.namespace)
    if (taken) {
      found = true
      format = named ?? messageOfElement(element.name) ?? element.name
      message = { element, ...taken }
      return
    }
    const insideDocument = element.parent?.name === 'Document'
    const other = messageOfElement(element.name) ?? (insideDocument ? (named ?? element.name) : undefined)
    if (other === undefined) return
    format = named ?? other
    const what = /^[a-z]{4}\.\d{3}/.test(format)
      ? `${format} is ${describeMessage(format)}`
      : `${format} is an unknown message`
    throw xml.refuse(`${what}, not a statement; camt.052, camt.053 and camt.054 are taken.`)
  }

  function openStatement(element: XmlElement): void {
    if (ledger.ordinal() > STATEMENTS_MAX) {
      throw xml.refuse(`The file has more than ${STATEMENTS_MAX} statements.`)
    }
    statement = {
      element,
      kind: message?.kind ?? 'statement',
      reference: '',
      account: '',
      currency: undefined,
      created: undefined,
      from: undefined,
      to: undefined,
      balances: [],
    }
  }

  function close(element: XmlElement): void {
    if (element === message?.element) {
      message = undefined
      return
    }
    if (!statement) return
    if (element === statement.element) {
      closeStatement(statement)
      statement = undefined
    } else if (element.parent === statement.element) {
      closePart(statement, element)
    } else if (element.kept && element.name === 'TxDtls' && element.parent?.name === 'NtryDtls') {
      addTransaction(transactions, element, xml.refuseAt)
      xml.release(element)
    }
  }

  function closePart(to: OpenStatement, element: XmlElement): void {
    switch (element.name) {
      case 'Id':
        if (element.text.length > STATEMENT_NAME_CHARACTERS_MAX) {
          throw xml.refuseAt(
            element,
            `The statement's Id has more than ${STATEMENT_NAME_CHARACTERS_MAX} characters.`,
          )
        }
        to.reference = element.text
        break
      case 'CreDtTm':
        to.created = readDate(element, xml.refuseAt)?.date
        break
      case 'FrToDt':
        to.from = readPeriod(element, 'FrDtTm') ?? readPeriod(element, 'FrDt')
        to.to = readPeriod(element, 'ToDtTm') ?? readPeriod(element, 'ToDt')
        break
      case 'Acct':
        to.account = accountNumber(element) ?? ''
        to.currency = textAt(element, 'Ccy')
        break
      case 'Bal':
        to.balances.push(readBalance(element, xml.refuseAt))
        break
      case 'Ntry':
        ready.push(ledger.addLine(readEntry(element, transactions, to.to ?? to.created, xml.refuseAt)))
        break
      default:
    }
  }

  function readPeriod(element: XmlElement, name: string): string | undefined {
    const inner = element.children.find((child) => child.name === name)
    return readDate(inner, xml.refuseAt)?.date
  }

  function closeStatement(closed: OpenStatement): void {
    if (closed.account === '') {
      throw xml.refuseAt(closed.element, 'The statement names no account (Acct/Id/IBAN or Acct/Id/Othr/Id).')
    }
    if (closed.account.length > ACCOUNT_CHARACTERS_MAX) {
      throw xml.refuseAt(closed.element, `The account has more than ${ACCOUNT_CHARACTERS_MAX} characters.`)
    }
    const empty = ledger.closeStatement({
      place: { path: xml.pathOf(closed.element), line: closed.element.line },
      reference: closed.reference,
      kind: closed.kind,
      account: closed.account,
      currency: closed.currency,
      from: closed.from ?? closed.created,
      to: closed.to ?? closed.created,
      balances: closed.balances,
    })
    if (empty) ready.push(empty)
  }

  return {
    push(chunk: Buffer): void {
      bytes += chunk.length
      xml.push(text.push(chunk))
    },
    end(): void {
      if (bytes === 0) throw new ImportRefusal([{ path: '/', line: 1, message: 'The file is empty.' }])
      xml.push(text.end())
      xml.end()
      if (found && ledger.ordinal() > 1) return
      throw new ImportRefusal([
        {
          path: '/',
          line: 1,
          message: found
            ? `The ${format} message holds no statement.`
            : 'The document holds no ISO 20022 message; camt.052, camt.053 and camt.054 are taken.',
        },
      ])
    },
    take(): StatementItem[] {
      const taken = ready
      ready = []
      return taken
    },
    totals: () => ledger.totals(format),
  }
}
