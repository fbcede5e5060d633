import { readdirSync, readFileSync } from 'node:fs'
import { publishedData } from '@countersign/testkit/published-data.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { type ImportError, ImportRefusal } from './import-refusal.ts'
import { readMt940 } from './mt940.ts'
import { readDetails } from './mt940-details.ts'
import { type Mt940Line, readBalance, readLine } from './mt940-fields.ts'
import { type Mt940Tag, mt940Tags } from './mt940-tags.ts'
import type { StatementLine } from './statement.ts'

const data = publishedData('D03_mt940_bai2')

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

async function read(file: string | Buffer, size = 64) {
  const reading = readMt940(pieces(Buffer.from(file), size))
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

/** All tags of a file, whether or not they make a message. */
function tagsOf(bytes: Buffer): Mt940Tag[] {
  const found: Mt940Tag[] = []
  const tags = mt940Tags({ onTag: (tag) => found.push(tag), onEnd: () => undefined })
  tags.push(bytes)
  tags.end()
  return found
}

describe.skipIf(data.absent)('published MT940 and MT942 files', () => {
  const names = data.absent
    ? []
    : readdirSync(data.directory, { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.endsWith('.sta'),
      )

  /** What the published decode says: amounts signed, dates as YYYY-MM-DD, in the order of the file. */
  type Decoded = {
    account?: string
    opening?: Money
    closing?: Money
    lines: { amount: string; date: string; entryDate?: string; id?: string; bankReference?: string }[]
  }
  type Money = { amount: string; currency: string; date: string }

  function published(name: string): Decoded {
    const text = readFileSync(data.file(name.replace(/\.sta$/, '.yml')), 'utf8')
    const document = parseDocument(text, {
      logLevel: 'silent',
      schema: 'failsafe',
      customTags: ['binary'],
    })
    const decode = document.toJS({ maxAliasCount: -1 }) as {
      data?: Record<string, unknown>
      transactions?: { data: Record<string, unknown> }[]
    }
    return {
      account: textOf(decode.data?.account_identification),
      opening: moneyOf(decode.data?.final_opening_balance ?? decode.data?.intermediate_opening_balance),
      closing: moneyOf(decode.data?.final_closing_balance ?? decode.data?.intermediate_closing_balance),
      lines: (decode.transactions ?? []).map(({ data: one }) => ({
        amount: amountOf(one.amount, one.status),
        date: dateOf(one.date),
        entryDate: Array.isArray(one.entry_date) ? dateOf(one.entry_date) : undefined,
        id: textOf(one.id)?.trim(),
        bankReference: textOf(one.bank_reference),
      })),
    }
  }

  const textOf = (value: unknown) =>
    typeof value === 'string' && value !== '' && value !== 'null' ? value : undefined
  /** A date of Python: four bytes, year (two), month, day. */
  function dateOf(value: unknown): string {
    const [bytes] = value as [Uint8Array]
    const [high = 0, low = 0, month = 0, day = 0] = bytes
    return `${high * 256 + low}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
  }
  /** The published decoder leaves a reversed credit (RC) positive; the balances of the same file show that it takes away. */
  function amountOf(value: unknown, status: unknown): string {
    const sign = status === 'D' || status === 'RC' ? '-' : ''
    return canonical(sign + (value as { amount: [string] }).amount[0].replace('-', ''))
  }
  function moneyOf(value: unknown): Money | undefined {
    if (typeof value !== 'object' || value === null) return undefined
    const balance = value as { amount: { amount: [string]; currency: string }; date: unknown; status: string }
    const sign = balance.status === 'D' ? '-' : ''
    const { amount, currency } = balance.amount
    return { amount: canonical(sign + amount[0].replace('-', '')), currency, date: dateOf(balance.date) }
  }
  /** Decimals written alike: no needless zeros, no negative zero. */
  function canonical(decimal: string): string {
    const [whole = '', fraction = ''] = decimal
      .replace(/^-?0+(?=\d)/, (zeros) => (zeros.startsWith('-') ? '-' : ''))
      .split('.')
    const short = fraction.replace(/0+$/, '')
    const text = short === '' ? whole : `${whole}.${short}`
    return text === '-0' ? '0' : text
  }
  function decodedLine(line: Mt940Line) {
    const sign = line.side === 'debit' ? '-' : ''
    return {
      amount: canonical(sign + line.amountText.replace(',', '.')),
      date: line.valueDate,
      entryDate: line.entryDate,
      id: line.transactionType?.trim(),
      bankReference: line.bankReference,
    }
  }

  /** Tag 62M has no currency; the published decoder takes digits of the amount for one. */
  const UNREADABLE_BALANCE = 'self-provided/raphaelm.sta'
  /** In German marks, which no upstream has an account in. */
  const WITHDRAWN_CURRENCY = 'cmxl/mt940.sta'

  test('T-12 all 51 files with a published decode are there to be read', () => {
    expect(names).toHaveLength(51)
  })

  test.each(names)('T-12 %s: entries decode as published', (name) => {
    const expected = published(name)
    const tags = tagsOf(readFileSync(data.file(name)))
    const lines = tags.filter(({ tag }) => tag === '61').map((tag) => decodedLine(readLine(tag)))
    expect(lines).toEqual(expected.lines)
    const accounts = tags
      .filter(({ tag }) => tag === '25')
      .map(({ content }) => content.split('\n')[0]?.trim())
    // The published decoder keeps 35 characters of the last account named.
    expect(accounts.at(-1)?.slice(0, 35)).toBe(expected.account)
  })

  test.each(names.filter((name) => name !== UNREADABLE_BALANCE && name !== WITHDRAWN_CURRENCY))(
    'T-12 %s: balances decode as published',
    (name) => {
      const expected = published(name)
      const last = (...wanted: string[]) => {
        const tag = tagsOf(readFileSync(data.file(name))).findLast((one) => wanted.includes(one.tag))
        if (!tag) return undefined
        const { minor, currency, date } = readBalance(tag)
        return { amount: minor, currency, date }
      }
      const minorOf = (money: Money | undefined) =>
        money && { ...money, amount: BigInt(Math.round(Number(money.amount) * 100)) }
      expect(last('60F') ?? last('60M')).toEqual(minorOf(expected.opening))
      expect(last('62F') ?? last('62M')).toEqual(minorOf(expected.closing))
    },
  )

  test('T-12 whole statements are read with their entries; fragments and broken ones are refused with their place', async () => {
    const refused: Record<string, ImportError | undefined> = {}
    for (const name of names) {
      const bytes = readFileSync(data.file(name))
      const errors = await errorsOf(bytes)
      if (errors.length > 0) {
        refused[name] = errors[0]
        continue
      }
      expect((await read(bytes)).entries, name).toBe(published(name).lines.length)
    }
    // Most of these hold a single tag or none; the others an account twice, an entry after the end of its message, a balance
    // without currency or in one that is withdrawn.
    expect(Object.keys(refused).sort()).toEqual([
      'betterplace/amount_formats.sta',
      'betterplace/currency_in_25.sta',
      'betterplace/empty_86.sta',
      'betterplace/empty_entry_date.sta',
      'betterplace/empty_line.sta',
      'betterplace/missing_crlf_at_end.sta',
      'betterplace/sepa_snippet_broken.sta',
      'cmxl/account_balance_credit.sta',
      'cmxl/account_balance_debit.sta',
      'cmxl/account_identification_iban.sta',
      'cmxl/account_identification_legacy.sta',
      'cmxl/available_balance.sta',
      'cmxl/closing_balance.sta',
      WITHDRAWN_CURRENCY,
      'cmxl/reference.sta',
      'cmxl/statement_details.sta',
      'cmxl/statement_line.sta',
      'cmxl/statement_number.sta',
      'self-provided/empty_non_swift.sta',
      'self-provided/invalid_statement.sta',
      'self-provided/multiline.sta',
      'self-provided/raphaelm.sta',
      'self-provided/sparkassen.sta',
    ])
    expect(refused[UNREADABLE_BALANCE]).toMatchObject({ line: 13, column: 16 })
    expect(refused['self-provided/multiline.sta']).toMatchObject({ line: 38, column: 1 })
  })

  test('T-12 balances of the published bank statements that add up are balanced, the others quarantined', async () => {
    const verdicts = async (name: string) =>
      (await read(readFileSync(data.file(name)))).statements.map((one) => one.verdict.state)
    expect(await verdicts('jejik/rabobank-iban.sta')).toEqual(['balanced', 'balanced'])
    expect(await verdicts('betterplace/sepa_snippet.sta')).toEqual(['balanced', 'quarantined'])
    expect(await verdicts('mBank/mt942.sta')).toEqual(['intraday'])
  })
})

const STATEMENT = [
  ':20:STARTUMS',
  ':25:51230800/0000007055',
  ':28C:27/1',
  ':60F:C260318EUR380115,77',
  ':61:2603190319CR27,00NTRF100323-03//32-P1-TCS49518',
  ':86:166?00GUTSCHRIFT?20EREF+E2E-4711?21 MREF+M1SVWZ+Rech',
  'nung 12?30DRESDEFF?31DE1450880050?32KARL?33 KAUFMANN',
  ':61:2603190319DR0,77NMSCNONREF',
  ':62F:C260319EUR380142,00',
  '-',
]

describe('reading', () => {
  test('T-12 a statement becomes lines with sign, date, reference and counterparty', async () => {
    const { lines, statements, debit, credit, format } = await read(STATEMENT.join('\r\n'))
    expect(format).toBe('mt940')
    expect(lines).toMatchObject([
      {
        n: 1,
        side: 'credit',
        amount: { amount: '27.00', currency: 'EUR' },
        date: '2026-03-19',
        reference: 'E2E-4711',
        counterparty: 'KARL KAUFMANN',
        details: {
          status: 'booked',
          account_servicer_reference: '32-P1-TCS49518',
          bank_transaction_code: '166',
          information: 'GUTSCHRIFT',
          transactions: [{ mandate_id: 'M1', remittance: ['Rechnung 12'], debtor_account: 'DE1450880050' }],
        },
      },
      { n: 2, side: 'debit', amount: { amount: '0.77' }, details: { bank_transaction_code: 'NMSC' } },
    ])
    expect([...credit, ...debit]).toEqual([
      ['EUR', 2700n],
      ['EUR', 77n],
    ])
    expect(statements).toMatchObject([
      {
        account: '51230800/0000007055',
        reference: 'STARTUMS 27/1',
        currency: 'EUR',
        opening: { minor: 38011577n, date: '2026-03-18' },
        closing: { minor: 38014200n, date: '2026-03-19' },
        lines: 2,
      },
    ])
  })

  test.each([
    ['plain text', ':86:MARIA ROSALES RENT', 'MARIA ROSALES RENT'],
    ['the remittance of German fields', ':86:166?00GUTSCHRIFT?20MIETE ?21ROSALES', 'MIETE ROSALES'],
    ['the remittance of Dutch fields', ':86:/TRTP/SEPA/REMI/RENT ROSALES/EREF/NOTPROVIDED', 'RENT ROSALES'],
  ])('K-30 T-12 without a reference of the bank’s, %s is no reference but text', async (_what, tag, text) => {
    const { lines } = await read(
      [...STATEMENT.slice(0, 5), tag, ...STATEMENT.slice(7)]
        .join('\n')
        .replace('NTRF100323-03//32-P1-TCS49518', 'NMSCNONREF//NONREF'),
    )
    expect(lines[0]).toMatchObject({ reference: '', details: { transactions: [{ remittance: [text] }] } })
  })

  test('T-12 opening plus entries equal to closing is balanced; a cent of difference quarantines, and nothing is refused', async () => {
    const sound = STATEMENT.join('\n')
    expect((await read(sound)).statements[0]?.verdict).toEqual({ state: 'balanced' })
    const off = await read(sound.replace('380142,00', '380142,01'))
    expect(off.statements[0]?.verdict).toEqual({
      state: 'quarantined',
      reason:
        'Opening 380115.77 plus entries 26.23 is 380142.00 EUR, but closing is 380142.01: a difference of 0.01.',
    })
    expect(off.lines).toHaveLength(2)
  })

  test('T-12 without a closing balance the statement is noted', async () => {
    const { statements } = await read(STATEMENT.filter((line) => !line.startsWith(':62F')).join('\n'))
    expect(statements[0]?.verdict).toMatchObject({
      state: 'noted',
      reason: expect.stringContaining('closing'),
    })
  })

  test('T-12 pieces of any size give the same lines', async () => {
    const whole = await read(STATEMENT.join('\r\n'), 10_000)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 200 }), async (size) => {
        expect((await read(STATEMENT.join('\r\n'), size)).lines).toEqual(whole.lines)
      }),
      { numRuns: 20 },
    )
  })

  test('T-12 JPY has no minor digits and KWD three', async () => {
    const inCurrency = (code: string, amount: string) =>
      [':20:A', ':25:1', `:60F:C260101${code}0,`, `:61:260102C${amount}NTRFX`, '-'].join('\n')
    expect((await read(inCurrency('JPY', '1500,'))).lines[0]?.amount).toEqual({
      amount: '1500',
      currency: 'JPY',
    })
    expect((await read(inCurrency('KWD', '1,5'))).lines[0]?.amount).toEqual({
      amount: '1.500',
      currency: 'KWD',
    })
    expect(await errorsOf(inCurrency('JPY', '1500,5'))).toMatchObject([{ line: 4, column: 12 }])
  })

  test('T-12 a reversal of a credit takes money away, and the last days of the year fall into the right one', async () => {
    const file = [
      ':20:A',
      ':25:1',
      ':60F:C251231EUR0,',
      ':61:2512311231RC5,NTRFX',
      ':61:2512310102D1,NTRFX',
      '-',
    ]
    const { lines } = await read(file.join('\n'))
    expect(lines.map(({ side, date }) => [side, date])).toEqual([
      ['debit', '2025-12-31'],
      ['debit', '2026-01-02'],
    ])
    expect(lines[0]?.details.reversal).toBe(true)
  })

  test('T-12 the Dutch form of details is read', () => {
    expect(
      readDetails('/EREF/01-01-2026 12:00/BENM//NAME/CONTRA ACCOUN\nT HOLDER/REMI/Invoice 7/ISDT/2026-01-02'),
    ).toEqual({
      text: '/EREF/01-01-2026 12:00/BENM//NAME/CONTRA ACCOUN T HOLDER/REMI/Invoice 7/ISDT/2026-01-02',
      endToEndId: '01-01-2026 12:00',
      name: 'CONTRA ACCOUNT HOLDER',
      remittance: 'Invoice 7',
    })
  })
})

describe('refusals', () => {
  test.each([
    ['an empty file', '', 1, 1],
    ['blank lines only', '\n\n', 1, 1],
    ['another format', '<?xml version="1.0"?>\n', 1, 1],
    ['a binary file', '\u0000\u0001\u0002', 1, 1],
    ['an entry before any message', ':61:2603190319C1,NTRFX', 1, 1],
    ['a message without account', STATEMENT.filter((l) => !l.startsWith(':25')).join('\n'), 1, 1],
    ['a month 13', STATEMENT.join('\n').replace(':61:260319', ':61:261319'), 5, 5],
    ['no mark of direction', STATEMENT.join('\n').replace('0319CR27', '0319XX27'), 5, 15],
    ['no amount', STATEMENT.join('\n').replace('CR27,00', 'CR,,'), 5, 17],
    ['an unknown currency', STATEMENT.join('\n').replace('EUR380115', 'QQQ380115'), 4, 16],
    ['an entry without any currency', ':20:A\n:25:1\n:61:260319C1,NTRFX', 3, 5],
    ['a line of no end', `:20:A\n${'x'.repeat(10_000)}`, 2, 4097],
  ])('T-12 %s is refused', async (_what, file, line, column) => {
    expect(await errorsOf(file)).toMatchObject([{ line, column }])
  })

  test('T-12 whatever byte is changed, the answer is a reading or a refusal with its place', async () => {
    const bytes = Buffer.from(STATEMENT.join('\n'))
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bytes.length - 1),
        fc.integer({ min: 0, max: 255 }),
        fc.boolean(),
        async (at, byte, drop) => {
          const changed = Buffer.from(bytes)
          changed[at] = byte
          const file = drop ? Buffer.concat([changed.subarray(0, at), changed.subarray(at + 1)]) : changed
          for (const error of await errorsOf(file)) {
            expect(error).toMatchObject({ line: expect.any(Number), column: expect.any(Number) })
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})
