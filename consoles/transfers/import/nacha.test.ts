import { createReadStream, readFileSync } from 'node:fs'
import { nachaFile, nachaFileBytes } from '@countersign/testkit/nacha-file.ts'
import { publishedData } from '@countersign/testkit/published-data.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AchEntry } from './ach-entry.ts'
import { type ImportError, ImportRefusal } from './import-refusal.ts'
import { type AchTotals, readNacha } from './nacha.ts'

const data = publishedData('D01_ach_dev')

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

async function read(file: Buffer | string, size = 64 * 1024) {
  const bytes = typeof file === 'string' ? Buffer.from(file, 'latin1') : file
  const reading = readNacha(pieces(bytes, size))
  const entries: AchEntry[] = []
  for await (const group of reading.entries) entries.push(...group)
  return { entries, totals: reading.totals() }
}

/** The places of the refusal; any other throw fails the test by passing through. */
async function errorsOf(file: Buffer | string, size?: number): Promise<readonly ImportError[]> {
  try {
    await read(file, size)
  } catch (error) {
    if (error instanceof ImportRefusal) return error.errors
    throw error
  }
  return []
}

/** Lines of a small valid file: header, batch header, 3 debits (line 5 returned, its addenda on line 6), controls. */
function smallFile(): string[] {
  const { bytes } = nachaFileBytes({ entries: 3, returnEvery: 3 })
  return bytes.toString('latin1').trimEnd().split('\n')
}

function withColumns(lines: readonly string[], line: number, column: number, text: string): string {
  return lines
    .map((record, index) =>
      index + 1 === line
        ? record.slice(0, column - 1) + text + record.slice(column - 1 + text.length)
        : record,
    )
    .join('\n')
}

type Expected = {
  entries: number
  addenda: number
  batches: number
  debit: number
  credit: number
  returns: string[]
  noc: string[]
  sec: Record<string, number>
}

describe.skipIf(data.absent)('published Nacha files', () => {
  const expected: Record<string, Expected> = data.absent
    ? {}
    : JSON.parse(readFileSync(data.file('EXPECTED.json'), 'utf8'))

  test('T-11 all 54 published files are there to be read', () => {
    expect(Object.keys(expected)).toHaveLength(54)
  })

  test.each(Object.entries(expected))('T-11 %s has the figures of its controls', async (name, figures) => {
    const reading = readNacha(createReadStream(data.file(name)))
    let entries = 0
    for await (const group of reading.entries) entries += group.length
    expect(entries).toBe(figures.entries)
    expect(reading.totals()).toEqual({
      entries: figures.entries,
      addenda: figures.addenda,
      batches: figures.batches,
      debit: BigInt(figures.debit),
      credit: BigInt(figures.credit),
      returns: countEach(figures.returns),
      corrections: countEach(figures.noc),
      sec: figures.sec,
    } satisfies AchTotals)
  })

  test('T-11 a return carries its code, original trace and text', async () => {
    const { entries } = await read(readFileSync(data.file('examples/testdata/dishonored-return.ach')))
    expect(entries.map((entry) => entry.return)).toEqual([
      {
        code: 'R68',
        original_trace: '059999990000301',
        original_rdfi: '12391871',
        addenda_information: 'Untimely Return',
      },
      {
        code: 'R68',
        original_trace: '059999990000301',
        original_rdfi: '12391871',
        addenda_information: 'Untimely Return',
      },
    ])
  })

  test('T-11 a notification of change carries its code and the corrected data', async () => {
    const { entries } = await read(readFileSync(data.file('examples/testdata/cor-read.ach')))
    expect(entries[0]?.change).toEqual({
      code: 'C01',
      original_trace: '121042880000001',
      corrected_data: '1918171614',
    })
  })

  test('T-11 an IAT entry takes its names and account from its own layout', async () => {
    const { entries } = await read(readFileSync(data.file('examples/testdata/iat-mixedCreditDebit.ach')))
    expect(entries).toHaveLength(2)
    expect(entries[1]).toMatchObject({
      side: 'credit',
      account: '123456789',
      name: 'ADCAF Enterprises',
      company: { name: 'ADCAF Solutions', id: '123456789', entry_description: 'TRADEPAYMT' },
      trace_number: '231380100000002',
    })
    expect(entries[1]?.addenda).toHaveLength(9)
  })

  test('T-11 a file that changes no byte count but is another format is refused at its first character', async () => {
    const [error] = await errorsOf(readFileSync(data.file('examples/testdata/ppd-valid.json')))
    expect(error).toMatchObject({ line: 1, column: 1 })
  })

  test('T-11 every digit of every control, amount and routing number of the published files matters', async () => {
    for (const name of Object.keys(expected)) {
      const lines = readFileSync(data.file(name), 'latin1').split('\n')
      for (const [index, record] of lines.entries()) {
        for (const [from, to] of guardedColumns(record)) {
          for (let column = from; column <= to; column += 1) {
            const digit = record.charAt(column - 1)
            if (!/\d/.test(digit)) continue
            const other = String((Number(digit) + 1) % 10)
            const errors = await errorsOf(withColumns(lines, index + 1, column, other))
            expect(errors, `${name} line ${index + 1} column ${column}`).not.toEqual([])
          }
        }
      }
    }
  })
})

/** Columns whose digits the counts, hashes and totals hold: per record type, and wide enough for ADV. */
function guardedColumns(record: string): [number, number][] {
  if (/^9+$/.test(record)) return []
  switch (record.charAt(0)) {
    case '6':
      return [
        [4, 12],
        [30, 39],
      ]
    case '8':
      return [[5, 44]]
    case '9':
      return [
        [2, 7],
        [14, 55],
      ]
    default:
      return []
  }
}

function countEach(codes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1
  return counts
}

describe('blocking', () => {
  test.each(['\n', '\r\n', ''] as const)('T-11 records ended by %j read the same', async (lineEnd) => {
    const { bytes, totals } = nachaFileBytes({ entries: 25, returnEvery: 7, lineEnd })
    const { entries, totals: found } = await read(bytes, 50)
    expect(entries).toHaveLength(25)
    expect(found).toMatchObject({ debit: totals.debit, returns: { R01: totals.returns } })
    expect(entries[6]?.line).toBe(9)
  })

  test('T-11 a line end after each block of ten records, and one that is CR alone, are read', async () => {
    const records = nachaFileBytes({ entries: 25 }).bytes.toString('latin1').trimEnd().split('\n')
    const blocks = records
      .map((record, index) => ((index + 1) % 10 === 0 ? `${record}\r\n` : record))
      .join('')
    expect((await read(blocks)).entries).toHaveLength(25)
    expect((await read(records.join('\r'))).entries).toHaveLength(25)
  })

  test('T-11 pieces of any size give the same entries', async () => {
    const { bytes } = nachaFileBytes({ entries: 40, returnEvery: 3, lineEnd: '\r\n' })
    const whole = await read(bytes)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 400 }), async (size) => {
        expect((await read(bytes, size)).entries).toEqual(whole.entries)
      }),
      { numRuns: 25 },
    )
  })

  test('T-11 filler, blank lines and the old end-of-file byte may follow; a second file may not', async () => {
    const lines = smallFile()
    expect((await read(`${lines.join('\n')}\n\n  \n\u001a`)).entries).toHaveLength(3)
    expect(await errorsOf([...lines, ...lines].join('\n'))).toMatchObject([
      { line: lines.length + 1, column: 1 },
    ])
  })
})

describe('refusals', () => {
  const lines = smallFile()

  test('T-11 the sample itself is sound', async () => {
    const { entries } = await read(lines.join('\n'))
    expect(entries.map((entry) => [entry.line, entry.amount.amount, entry.return?.code])).toEqual([
      [3, '0.02', undefined],
      [4, '0.03', undefined],
      [5, '0.04', 'R01'],
    ])
  })

  test.each([
    ['an amount', 3, 39, '9', 7, 21],
    ['a routing number', 4, 4, '9', 4, 12],
    ['the hash of the batch', 7, 20, '9', 7, 11],
    ['the count of the batch', 7, 10, '9', 7, 5],
    ['the credits of the batch', 7, 44, '9', 7, 33],
    ['the batch number of the control', 7, 94, '9', 7, 88],
    ['the service class of the control', 7, 2, '200', 7, 2],
    ['the originator of the control', 7, 45, '9', 7, 45],
    ['the originating bank of the control', 7, 80, '9', 7, 80],
    ['the batch count of the file', 8, 7, '2', 8, 2],
    ['the entry count of the file', 8, 21, '9', 8, 14],
    ['the hash of the file', 8, 31, '9', 8, 22],
    ['the debits of the file', 8, 43, '1', 8, 32],
    ['the credits of the file', 8, 55, '1', 8, 44],
    ['a letter in an amount', 3, 34, 'O', 3, 34],
    ['a blank in a trace number', 3, 85, ' ', 3, 85],
    ['an unknown transaction code', 3, 2, '99', 3, 2],
    ['a credit in a batch of debits', 3, 2, '22', 3, 2],
    ['a descending trace number', 4, 94, '0', 4, 80],
    ['an unknown entry class', 2, 51, 'XYZ', 2, 51],
    ['an unknown service class', 2, 2, '230', 2, 2],
    ['a month 13', 2, 72, '13', 2, 72],
    ['a day 31 in November', 2, 74, '31', 2, 74],
    ['an addenda that is not announced', 5, 79, '0', 5, 79],
    ['an announced addenda that is not there', 3, 79, '1', 3, 79],
    ['an unknown addenda type', 6, 2, '77', 6, 2],
    ['a return code of no form', 6, 4, 'X01', 6, 4],
    ['an unknown record type', 3, 1, '4', 3, 1],
    ['another record size', 1, 35, '080', 1, 36],
    ['a byte that is not ASCII', 3, 60, '\u00e9', 3, 60],
    ['a control character', 3, 61, '\u0007', 3, 61],
  ])(
    'T-11 %s (line %d, column %d) is refused where it shows',
    async (_what, line, column, text, atLine, atColumn) => {
      const [error] = await errorsOf(withColumns(lines, line, column, text))
      expect(error).toMatchObject({ line: atLine, column: atColumn })
      expect(error?.message).toMatch(/.{20,}/)
    },
  )

  test.each([
    ['nothing at all', '', 1, 1],
    ['a missing file header', lines.slice(1).join('\n'), 1, 1],
    ['a missing batch header', lines.filter((_, index) => index !== 1).join('\n'), 2, 1],
    ['a missing batch control', lines.filter((_, index) => index !== 6).join('\n'), 7, 1],
    ['a missing file control', lines.slice(0, 7).join('\n'), 8, 1],
    ['filler in place of the file control', [...lines.slice(0, 7), '9'.repeat(94)].join('\n'), 8, 1],
    ['an end in the middle', lines.slice(0, 4).join('\n'), 5, 1],
    ['an addenda without an entry', [lines[0], lines[1], lines[5], ...lines.slice(2)].join('\n'), 3, 1],
    ['an empty line between records', [lines[0], '', ...lines.slice(1)].join('\n'), 2, 1],
    ['a record cut short', lines.map((l, i) => (i === 3 ? l.slice(0, 80) : l)).join('\n'), 4, 81],
    ['a record too long', lines.map((l, i) => (i === 3 ? `${l}0` : l)).join('\n'), 4, 95],
    ['a header cut short', lines.map((l, i) => (i === 0 ? l.slice(0, 90) : l)).join('\n'), 1, 91],
    ['a last record cut short', lines.slice(0, 8).join('\n').slice(0, -50), 8, 45],
    ['a line without an end', `${lines[0]}\n${'5'.repeat(10_000)}`, 2, 95],
    ['a ZIP archive', 'PK\u0003\u0004\u0000\u0000', 1, 1],
  ])('T-11 %s is refused', async (_what, file, line, column) => {
    expect(await errorsOf(file)).toMatchObject([{ line, column }])
  })

  test('T-11 the blanks that end a file control record may be trimmed', async () => {
    const trimmed = lines.map((record) => (record.startsWith('9') ? record.trimEnd() : record))
    expect((await read(trimmed.join('\n'))).entries).toHaveLength(3)
  })

  test('T-11 several totals that differ are all named, and the file total is not blamed for its batch', async () => {
    const once = withColumns(lines, 7, 20, '9')
    const errors = await errorsOf(withColumns(once.split('\n'), 7, 44, '9'))
    expect(errors).toMatchObject([
      { line: 7, column: 11 },
      { line: 7, column: 33 },
    ])
  })

  test('T-11 whatever byte is changed, the answer is a reading or a refusal with its place', async () => {
    const bytes = Buffer.from(lines.join('\n'), 'latin1')
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            at: fc.nat(bytes.length - 1),
            byte: fc.integer({ min: 0, max: 255 }),
            how: fc.constantFrom('replace', 'insert', 'delete', 'cut'),
          }),
          { minLength: 1, maxLength: 4 },
        ),
        async (changes) => {
          let changed = Buffer.from(bytes)
          for (const { at, byte, how } of changes) {
            const place = Math.min(at, changed.length)
            const after = how === 'insert' ? place : place + 1
            const middle = how === 'delete' || how === 'cut' ? Buffer.alloc(0) : Buffer.from([byte])
            changed = Buffer.concat([
              changed.subarray(0, place),
              middle,
              how === 'cut' ? Buffer.alloc(0) : changed.subarray(after),
            ])
          }
          for (const error of await errorsOf(changed)) {
            expect(error).toMatchObject({ line: expect.any(Number), column: expect.any(Number) })
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})

test('T-14 a long file is read in memory that does not grow with it', async () => {
  async function* source() {
    yield* nachaFile({ entries: 200_000, returnEvery: 100 })
  }
  const reading = readNacha(source())
  let entries = 0
  let largestGroup = 0
  for await (const group of reading.entries) {
    entries += group.length
    largestGroup = Math.max(largestGroup, group.length)
  }
  expect(entries).toBe(200_000)
  // What is held at once is what one piece of the file gives: 256 KiB of records of 95 bytes.
  expect(largestGroup).toBeLessThan(3_000)
})
