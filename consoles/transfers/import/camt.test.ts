import { createReadStream, readdirSync, readFileSync } from 'node:fs'
import { decimalText } from '@countersign/kernel/money/money.ts'
import { publishedData } from '@countersign/testkit/published-data.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readCamt } from './camt.ts'
import { type ImportError, ImportRefusal } from './import-refusal.ts'
import type { StatementLine } from './statement.ts'

const data = publishedData('D02_iso20022_dev')

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

async function read(file: string | Buffer, size = 1024) {
  const reading = readCamt(pieces(Buffer.from(file), size))
  const lines: StatementLine[] = []
  for await (const group of reading.items) lines.push(...group.flatMap((item) => item.line ?? []))
  return { lines, ...reading.totals() }
}

async function errorsOf(file: string | Buffer): Promise<readonly ImportError[]> {
  try {
    await read(file)
  } catch (error) {
    if (error instanceof ImportRefusal) return error.errors
    throw error
  }
  return []
}

describe.skipIf(data.absent)('published ISO 20022 messages', () => {
  type Expected = {
    message: string | null
    statements: number
    entries: number
    credit: string
    debit: string
    tx_details: number
    reason_codes: string[]
  }
  const expected: Record<string, Expected> = data.absent
    ? {}
    : JSON.parse(readFileSync(data.file('EXPECTED.json'), 'utf8'))
  const statements = Object.entries(expected).filter(([, one]) => /^camt\.05[234]\./.test(one.message ?? ''))

  test('T-12 statements, notifications and reports are there to be read', () => {
    expect(statements).toHaveLength(18)
  })

  // Debit and credit are gross: the amounts of all Ntry elements by CdtDbtInd, whatever their status (booked, pending, information).
  test.each(statements)('T-12 %s has the expected figures', async (name, figures) => {
    const reading = readCamt(createReadStream(data.file(name)))
    for await (const _group of reading.items);
    const totals = reading.totals()
    const sum = (side: ReadonlyMap<string, bigint>) => {
      expect(side.size).toBeLessThanOrEqual(1)
      return [...side].map(([currency, minor]) => Number(decimalText({ minor, currency })))[0] ?? 0
    }
    expect({
      message: totals.format,
      statements: totals.statements.length,
      entries: totals.entries,
      credit: sum(totals.credit),
      debit: sum(totals.debit),
      tx_details: totals.transactionDetails,
      reason_codes: Object.keys(totals.returns).sort(),
    }).toEqual({
      message: figures.message,
      statements: figures.statements,
      entries: figures.entries,
      credit: Number(figures.credit),
      debit: Number(figures.debit),
      tx_details: figures.tx_details,
      reason_codes: [...figures.reason_codes].sort(),
    })
  })

  test('T-12 the balances of each statement are judged', async () => {
    const verdict = async (name: string) => (await read(readFileSync(data.file(name)))).statements[0]?.verdict
    expect(await verdict('FI_camt_053_sample.xml.xml')).toEqual({ state: 'balanced' })
    expect(await verdict('camt.053_P_CH2909000000250094239_1110092698_0_2020112503071366.xml')).toEqual({
      state: 'quarantined',
      reason:
        'Opening 211993.19 plus entries 4656.02 is 216649.21 CHF, but closing is 215112.21: a difference of -1537.00.',
    })
    expect(await verdict('statement_1.xml')).toMatchObject({ state: 'noted' })
    expect(await verdict('FI_camt_054_sample.xml.xml')).toMatchObject({ state: 'noted' })
    expect(await verdict('FI_camt_052_sample.xml.xml')).toMatchObject({ state: 'intraday' })
  })

  const others = data.absent
    ? []
    : readdirSync(data.directory).filter(
        (name) => name !== 'SOURCE.txt' && !statements.some(([statement]) => statement === name),
      )

  test.each(others)('T-12 %s is refused with a reason that says what it is', async (name) => {
    const [error] = await errorsOf(readFileSync(data.file(name)))
    expect(error).toMatchObject({ path: expect.stringMatching(/^\//), line: expect.any(Number) })
    const message = expected[name]?.message
    if (message) expect(error?.message).toContain(message)
    else expect(error?.message).toMatch(/not XML|not well-formed|not a statement/)
  })

  test('T-12 a payment initiation is called one', async () => {
    const [error] = await errorsOf(readFileSync(data.file('sepa_payment_naujas_1.xml')))
    expect(error?.message).toBe(
      'pain.001.001.03 is a payment initiation, not a statement; camt.052, camt.053 and camt.054 are taken.',
    )
  })
})

const NAMESPACE = 'urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'

function balance(code: string, amount: string, side = 'CRDT', currency = 'EUR'): string {
  return `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="${currency}">${amount}</Amt><CdtDbtInd>${side}</CdtDbtInd><Dt><Dt>2026-03-31</Dt></Dt></Bal>`
}

function entry(
  parts: { amount?: string; side?: string; status?: string; currency?: string; more?: string } = {},
): string {
  const {
    amount = '10.00',
    side = 'CRDT',
    status = '<Sts><Cd>BOOK</Cd></Sts>',
    currency = 'EUR',
    more = '',
  } = parts
  return `<Ntry><Amt Ccy="${currency}">${amount}</Amt><CdtDbtInd>${side}</CdtDbtInd>${status}<BookgDt><Dt>2026-03-31</Dt></BookgDt>${more}</Ntry>`
}

function statement(inside: string): string {
  return `<Document xmlns="${NAMESPACE}">\n<BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr>\n<Stmt><Id>S1</Id><CreDtTm>2026-04-01T06:00:00+02:00</CreDtTm><Acct><Id><IBAN>LT007180000000000000</IBAN></Id></Acct>\n${inside}</Stmt></BkToCstmrStmt></Document>`
}

describe('reading', () => {
  test('T-12 an entry of a batch booking keeps each payment with its references', async () => {
    const payment = (id: string, amount: string) =>
      `<TxDtls><Refs><EndToEndId>${id}</EndToEndId></Refs><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><RltdPties><Dbtr><Pty><Nm>Ona &amp; Co</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>LT1</IBAN></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>one</Ustrd><Ustrd>two</Ustrd><Strd><CdtrRefInf><Ref>RF18</Ref></CdtrRefInf></Strd></RmtInf><RtrInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>closed</AddtlInf></RtrInf></TxDtls>`
    const more = `<AcctSvcrRef>BANK-7</AcctSvcrRef><NtryDtls>${payment('E1', '4')}${payment('NOTPROVIDED', '6.0')}</NtryDtls>`
    const { lines, transactionDetails, returns } = await read(statement(entry({ more })))
    expect(transactionDetails).toBe(2)
    expect(returns).toEqual({ AC04: 2 })
    expect(lines[0]).toMatchObject({
      reference: 'BANK-7',
      details: {
        status: 'booked',
        transactions_total: 2,
        transactions: [
          {
            amount: { amount: '4.00', currency: 'EUR' },
            end_to_end_id: 'E1',
            creditor_reference: 'RF18',
            remittance: ['one', 'two'],
            debtor: 'Ona & Co',
            debtor_account: 'LT1',
            return_reason: 'AC04',
            return_information: 'closed',
          },
          { amount: { amount: '6.00' }, end_to_end_id: undefined },
        ],
      },
    })
  })

  test('T-12 the reference of a single payment comes before the bank’s own, and its other party is named', async () => {
    const more =
      '<AcctSvcrRef>BANK-7</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs><RltdPties><Cdtr><Nm>Jonas</Nm></Cdtr></RltdPties></TxDtls></NtryDtls>'
    const { lines } = await read(statement(entry({ side: 'DBIT', more })))
    expect(lines[0]).toMatchObject({ side: 'debit', reference: 'E1', counterparty: 'Jonas' })
  })

  test('K-30 T-12 the bank’s text and the payer’s are no reference', async () => {
    const more =
      '<NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><RmtInf><Ustrd>RENT</Ustrd></RmtInf></TxDtls></NtryDtls><AddtlNtryInf>MARIA ROSALES RENT</AddtlNtryInf>'
    const { lines } = await read(statement(entry({ more })))
    expect(lines[0]).toMatchObject({ reference: '', details: { information: 'MARIA ROSALES RENT' } })
  })

  test('T-12 a time with its offset becomes UTC; one without is only a day', async () => {
    const at = (text: string) => statement(entry().replace('<Dt>2026-03-31</Dt>', `<DtTm>${text}</DtTm>`))
    const first = async (text: string) => (await read(at(text))).lines[0]
    expect(await first('2026-03-31T23:30:00.5-05:00')).toMatchObject({
      date: '2026-03-31',
      details: { booked_at: '2026-04-01T04:30:00.500Z' },
    })
    expect(await first('2026-03-31T23:30:00')).toMatchObject({
      date: '2026-03-31',
      details: { booked_at: undefined },
    })
  })

  test.each([
    ['no prefix, no namespace', (xml: string) => xml.replace(` xmlns="${NAMESPACE}"`, ''), 'camt.053'],
    ['another version', (xml: string) => xml.replace('001.08', '001.13'), 'camt.053.001.13'],
    [
      'the namespace of another publisher',
      (xml: string) => xml.replace(NAMESPACE, 'urn:swift:xsd:camt.053.001.02'),
      'camt.053.001.02',
    ],
    ['an envelope', (xml: string) => `<Envelope><AppHdr><Fr/></AppHdr>${xml}</Envelope>`, 'camt.053.001.08'],
    [
      'a prefix',
      (xml: string) => xml.replace('xmlns=', 'xmlns:p=').replace(/<(\/?)(?=[A-Z])/g, '<$1p:'),
      'camt.053.001.08',
    ],
    [
      'a byte order mark',
      (xml: string) => `\ufeff<?xml version="1.0" encoding="UTF-8"?>${xml}`,
      'camt.053.001.08',
    ],
  ])('T-12 %s makes no difference', async (_what, change, format) => {
    const totals = await read(change(statement(balance('OPBD', '1.00') + balance('CLBD', '11.00') + entry())))
    expect(totals).toMatchObject({ format, entries: 1, statements: [{ verdict: { state: 'balanced' } }] })
  })

  test('T-12 text in ISO-8859-1 and UTF-16 is read by its declaration', async () => {
    const xml = statement(entry({ more: '<AddtlNtryInf>Zürich</AddtlNtryInf>' }))
    const latin = Buffer.from(`<?xml version="1.0" encoding="ISO-8859-1"?>${xml}`, 'latin1')
    const wide = Buffer.from(`\ufeff<?xml version="1.0" encoding="UTF-16"?>${xml}`, 'utf16le')
    for (const bytes of [latin, wide])
      expect((await read(bytes, 7)).lines[0]?.details.information).toBe('Zürich')
  })

  test('T-12 pieces of any size give the same lines', async () => {
    const xml = statement(entry({ more: '<AddtlNtryInf>Žemaitė € </AddtlNtryInf>' }) + entry())
    const whole = await read(xml, 100_000)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 300 }), async (size) => {
        expect((await read(xml, size)).lines).toEqual(whole.lines)
      }),
      { numRuns: 25 },
    )
  })
})

describe('balances', () => {
  const verdict = async (inside: string) => (await read(statement(inside))).statements[0]?.verdict

  test.each([
    ['opening and closing', balance('OPBD', '1') + balance('CLBD', '11')],
    ['the closing of the day before as opening', balance('PRCD', '1') + balance('CLBD', '11')],
    ['an account that owes', balance('OPBD', '4', 'DBIT') + balance('CLBD', '6')],
    ['a first page', balance('OPBD', '1') + balance('ITBD', '11')],
    ['a page in between', balance('ITBD', '1') + balance('ITBD', '11')],
    ['a last page', balance('ITBD', '1') + balance('CLBD', '11')],
  ])('T-12 %s that fit the entries are balanced', async (_what, balances) => {
    expect(await verdict(balances + entry())).toEqual({ state: 'balanced' })
  })

  test('T-12 pending entries are in the figures but not in the sum', async () => {
    const pending = entry({ amount: '99.00', status: '<Sts>PDNG</Sts>' })
    const xml = balance('OPBD', '1') + balance('CLBD', '11') + entry() + pending
    expect(await verdict(xml)).toEqual({ state: 'balanced' })
    expect((await read(statement(xml))).credit).toEqual(new Map([['EUR', 10900n]]))
  })

  test('T-12 a difference quarantines the statement and keeps its lines', async () => {
    const { lines, statements } = await read(
      statement(balance('OPBD', '1') + balance('CLBD', '11.01') + entry()),
    )
    expect(statements[0]?.verdict).toEqual({
      state: 'quarantined',
      reason: 'Opening 1.00 plus entries 10.00 is 11.00 EUR, but closing is 11.01: a difference of 0.01.',
    })
    expect(lines).toHaveLength(1)
  })

  test('T-12 two currencies in one statement quarantine it', async () => {
    const xml = balance('OPBD', '1') + balance('CLBD', '11') + entry({ currency: 'USD' })
    expect(await verdict(xml)).toMatchObject({ state: 'quarantined', reason: expect.stringContaining('USD') })
  })

  test('T-12 missing balances are noted, by name', async () => {
    expect(await verdict(balance('CLBD', '11') + entry())).toEqual({
      state: 'noted',
      reason: 'No booked opening balance: it gives CLBD.',
    })
    expect(await verdict(entry())).toMatchObject({
      state: 'noted',
      reason: expect.stringContaining('it gives none'),
    })
  })
})

describe('refusals', () => {
  const good = statement(entry())

  test.each([
    ['an amount with a sign', entry({ amount: '-1.00' }), 'Amt'],
    ['an amount that is no number', entry({ amount: 'ten' }), 'Amt'],
    ['a third digit of euro cents', entry({ amount: '1.001' }), 'Amt'],
    ['half a yen', entry({ amount: '1.5', currency: 'JPY' }), 'Amt'],
    ['an unknown currency', entry({ currency: 'EUU' }), 'Amt'],
    ['an amount without currency', entry().replace(' Ccy="EUR"', ''), 'Amt'],
    ['an unknown direction', entry({ side: 'CREDIT' }), 'CdtDbtInd'],
    ['an unknown status', entry({ status: '<Sts>DONE</Sts>' }), 'Sts'],
    ['a day that does not exist', entry().replace('2026-03-31', '2026-02-30'), 'BookgDt/Dt'],
    [
      'a time zone that does not exist',
      entry().replace('<Dt>2026-03-31</Dt>', '<DtTm>2026-03-31T10:00:00+62:00</DtTm>'),
      'BookgDt/DtTm',
    ],
    ['a date in another form', entry().replace('2026-03-31', '31.03.2026'), 'BookgDt/Dt'],
  ])('T-12 %s is refused with its path', async (_what, bad, element) => {
    const [error] = await errorsOf(statement(entry() + entry() + bad))
    expect(error).toMatchObject({ path: `/Document/BkToCstmrStmt/Stmt[1]/Ntry[3]/${element}`, line: 4 })
  })

  test.each([
    [
      'an entry without amount',
      statement('<Ntry><CdtDbtInd>CRDT</CdtDbtInd></Ntry>'),
      '/Document/BkToCstmrStmt/Stmt[1]/Ntry[1]',
    ],
    [
      'a balance without direction',
      statement(balance('OPBD', '1').replace(/<CdtDbtInd>.*?<\/CdtDbtInd>/, '')),
      '/Document/BkToCstmrStmt/Stmt[1]/Bal[1]',
    ],
    ['a statement without account', good.replace(/<Acct>.*?<\/Acct>/, ''), '/Document/BkToCstmrStmt/Stmt[1]'],
    ['a message without statement', `<Document xmlns="${NAMESPACE}"><BkToCstmrStmt/></Document>`, '/'],
    ['XML that is no message', '<html><body/></html>', '/'],
    ['an empty file', '', '/'],
    ['a file cut short', good.slice(0, good.indexOf('<BookgDt>')), '/Document/BkToCstmrStmt/Stmt[1]/Ntry[1]'],
    ['tags that do not fit', good.replace('</Ntry>', '</Ntri>'), '/Document/BkToCstmrStmt/Stmt[1]'],
    ['an unknown encoding', `<?xml version="1.0" encoding="KLINGON"?>${good}`, '/'],
  ])('T-12 %s is refused', async (_what, xml, path) => {
    const [error] = await errorsOf(xml)
    expect(error).toMatchObject({ path, line: expect.any(Number) })
  })

  test('T-12 bytes that are not of the encoding are refused', async () => {
    const bytes = Buffer.from(
      statement(entry({ more: '<AddtlNtryInf>Z\u00fcrich</AddtlNtryInf>' })),
      'latin1',
    )
    expect((await errorsOf(bytes))[0]?.message).toContain('not utf-8')
  })

  test.each([
    ['an external entity', '<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/hostname">]>', '&x;'],
    [
      'an entity that multiplies',
      '<!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa"><!ENTITY x "&a;&a;&a;&a;">]>',
      '&x;',
    ],
    ['a parameter entity', '<!DOCTYPE Document [<!ENTITY % x SYSTEM "http://127.0.0.1:1/x"> %x;]>', ''],
    ['an external definition', '<!DOCTYPE Document SYSTEM "http://127.0.0.1:1/x.dtd">', ''],
    ['an empty definition', '<!DOCTYPE Document>', ''],
  ])('T-12 %s is refused before anything is expanded', async (_what, doctype, use) => {
    const [error] = await errorsOf(
      doctype + statement(entry({ more: `<AddtlNtryInf>${use}</AddtlNtryInf>` })),
    )
    expect(error).toMatchObject({
      path: '/',
      line: 1,
      message: expect.stringContaining('document type definition'),
    })
  })

  test('T-12 an entity that nobody defined is refused', async () => {
    const [error] = await errorsOf(statement(entry({ more: '<AddtlNtryInf>&x;</AddtlNtryInf>' })))
    expect(error?.message).toContain('undefined entity')
  })

  test.each([
    ['nesting without end', statement('<X>'.repeat(1_000)), 'nested deeper'],
    ['a text without end', statement(`<AddtlStmtInf>${'x'.repeat(3_000_000)}`), 'longer than'],
    ['a comment without end', statement(`<!--${'x'.repeat(3_000_000)}`), 'longer than'],
    ['an attribute without end', statement(`<X a="${'x'.repeat(3_000_000)}`), 'longer than'],
    ['a prolog without end', `<!DOCTYPE x [${'<!ENTITY a "b">'.repeat(100_000)}`, 'No element within'],
    ['an entry of too many elements', statement(`<Ntry>${'<X/>'.repeat(60_000)}</Ntry>`), 'more than'],
  ])('T-12 %s is refused at a limit', async (_what, xml, message) => {
    expect((await errorsOf(xml))[0]?.message).toContain(message)
  })

  test('T-12 a text in pieces has the same end as one in a piece: its entry is refused, by its path', async () => {
    const piece = `<![CDATA[${'x'.repeat(300_000)}]]>`
    const inside = (more: string) => statement(entry() + entry({ more }))
    const [error] = await errorsOf(inside(`<AddtlNtryInf>${piece.repeat(640)}</AddtlNtryInf>`))
    expect(error).toMatchObject({
      path: expect.stringContaining('/Ntry[2]/AddtlNtryInf'),
      message: 'One entry holds more than 1048576 characters.',
    })
    const [many] = await errorsOf(inside(`<X>${'x'.repeat(300_000)}</X>`.repeat(4)))
    expect(many?.message).toContain('One entry holds more')
    const [attributes] = await errorsOf(inside(`<X a="${'x'.repeat(300_000)}"/>`.repeat(4)))
    expect(attributes?.message).toContain('One entry holds more')
    // Each entry, and each payment that has been read, is counted for itself.
    const payments = `<TxDtls><X>${'x'.repeat(300_000)}</X></TxDtls>`.repeat(5)
    const { entries } = await read(
      statement(
        entry({ more: `<AddtlNtryInf>${piece.repeat(3)}</AddtlNtryInf>` }).repeat(3) +
          entry({ more: `<NtryDtls>${payments}</NtryDtls>` }),
      ),
      256 * 1024,
    )
    expect(entries).toBe(4)
  })

  test('T-12 what the payments of a booking say is kept up to a million characters, and all are counted', async () => {
    const one = `<TxDtls><RmtInf><Ustrd>${'x'.repeat(200_000)}</Ustrd></RmtInf></TxDtls>`
    const { lines } = await read(
      statement(entry({ more: `<NtryDtls>${one.repeat(20)}</NtryDtls>` })),
      256 * 1024,
    )
    expect(lines[0]?.details.transactions_total).toBe(20)
    expect(lines[0]?.details.transactions).toHaveLength(6)
  })

  test('T-12 names without end, of a statement or a balance, are refused', async () => {
    const name = 'x'.repeat(1_000)
    const [id] = await errorsOf(statement('').replace('<Id>S1</Id>', `<Id>${name}</Id>`))
    expect(id).toMatchObject({
      path: expect.stringMatching(/\/Stmt\[1\]\/Id$/),
      message: expect.stringContaining('200'),
    })
    const [code] = await errorsOf(statement(balance(name, '1.00')))
    expect(code).toMatchObject({
      path: expect.stringMatching(/\/Bal\[1\]$/),
      message: expect.stringContaining('35'),
    })
  })

  test('T-12 return reasons are counted whatever word they are, and those without number or end as one', async () => {
    const returned = (code: string) => `<TxDtls><RtrInf><Rsn><Prtry>${code}</Prtry></Rsn></RtrInf></TxDtls>`
    const counted = async (codes: readonly string[]) => {
      const { returns } = await read(
        statement(entry({ more: `<NtryDtls>${codes.map(returned).join('')}</NtryDtls>` })),
        256 * 1024,
      )
      return Object.entries(returns)
    }
    expect(await counted(['constructor', '__proto__', 'toString', '__proto__'])).toEqual([
      ['constructor', 1],
      ['__proto__', 2],
      ['toString', 1],
    ])
    expect(await counted(['x'.repeat(36), 'y'.repeat(36), 'x'.repeat(35)])).toEqual([
      ['other', 2],
      ['x'.repeat(35), 1],
    ])
    const many = await counted(Array.from({ length: 3_000 }, (_, n) => `C${n}`))
    expect(many).toHaveLength(1_001)
    expect(many.at(-1)).toEqual(['other', 2_000])
  })

  test('T-12 a booking of very many payments is read, counted in full and kept in part', async () => {
    const one = '<TxDtls><Refs><EndToEndId>E</EndToEndId></Refs></TxDtls>'
    const { lines, transactionDetails } = await read(
      statement(entry({ more: `<NtryDtls>${one.repeat(60_000)}</NtryDtls>` })),
      256 * 1024,
    )
    expect(transactionDetails).toBe(60_000)
    expect(lines[0]?.details).toMatchObject({ transactions_total: 60_000 })
    expect(lines[0]?.details.transactions).toHaveLength(1_000)
  })

  test('T-12 whatever byte is changed, the answer is a reading or a refusal with its place', async () => {
    const bytes = Buffer.from(statement(balance('OPBD', '1.00') + entry()))
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }), async (at, byte) => {
        const changed = Buffer.from(bytes)
        changed[at] = byte
        for (const error of await errorsOf(changed)) {
          expect(error).toMatchObject({ path: expect.stringMatching(/^\//), line: expect.any(Number) })
        }
      }),
      { numRuns: 500 },
    )
  })
})
