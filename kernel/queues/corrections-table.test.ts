import { setImmediate } from 'node:timers/promises'
import { inEnglish } from '@countersign/testkit/in-english.ts'
import { expect, test } from 'vitest'
import { BULK_ROWS_MAX } from '../bulk/bulk-request.ts'
import { DOWNLOAD_MAX_ROWS } from './corrections-file.ts'
import { COLUMNS_MAX, readCorrectionsTable } from './corrections-table.ts'

const KNOWN = ['item', 'record_kind', 'record', 'version', 'action', 'reason', 'note']

test('K-26 O-15 of a wide file only what means something is kept, and of rows that say nothing only their number', async () => {
  const others = Array.from({ length: 200 }, (_, n) => `column ${n}`)
  const row = (cells: readonly string[], input: string) =>
    [...cells, ...others.map((name) => `of ${name}`), input].join()
  const file = [
    row(KNOWN, 'input.code').replaceAll('of column', 'column'),
    row(['tr_1', 'transfer', 'tr_1', '3', 'transfers.return_transfer', 'R01', "'=1"], ' R02 '),
    row(['tr_2', 'transfer', 'tr_2', '3', '', '', ''], ''),
    `${','.repeat(others.length + KNOWN.length)}`,
    row(['tr_3', 'transfer', 'tr_3', '3', ' ', '', ''], ''),
  ].join('\r\n')
  expect(await readCorrectionsTable(file)).toEqual({
    ok: true,
    value: {
      said: [
        {
          line: 2,
          cells: {
            ...{ item: 'tr_1', record_kind: 'transfer', record: 'tr_1', version: '3' },
            ...{ action: 'transfers.return_transfer', reason: 'R01', note: '=1', 'input.code': 'R02' },
          },
        },
      ],
      saying: 1,
      rows: 3,
    },
  })
})

test('K-26 rows that say something are counted beyond what a request can have, and kept up to it', async () => {
  const rows = Array.from({ length: BULK_ROWS_MAX + 5 }, (_, n) => `tr_${n},transfer,tr_${n},1,a,r,`)
  const table = await readCorrectionsTable([KNOWN.join(), ...rows].join('\n'))
  expect(table).toMatchObject({ ok: true, value: { saying: BULK_ROWS_MAX + 5, rows: BULK_ROWS_MAX + 5 } })
  expect(table.ok && table.value.said).toHaveLength(BULK_ROWS_MAX)
})

test.each([
  ['nothing', '', 'is not the list that was downloaded: it lacks the columns item,'],
  ['a column that is there twice', `${KNOWN.join()},a,b,a\n`, 'has the column a twice'],
  ['a row that is short', `${KNOWN.join()}\n\n1,2\n`, 'has 2 columns in line 3, and 7 in the first'],
])('K-26 %s is refused as a file', async (_what, file, message) => {
  expect(inEnglish(await readCorrectionsTable(file))).toMatchObject({
    ok: false,
    failure: { fields: [{ field: 'file', message: expect.stringContaining(message) }] },
  })
})

const WIDE = `${','.repeat(COLUMNS_MAX)}\n`

test.each([
  ['the first line', WIDE, 'line 1'],
  ['a line below', `${KNOWN.join()}\n\n${WIDE}`, 'line 3'],
  ['a line that ends as no other does', `${KNOWN.join()}\n${KNOWN.join()}\r\n${WIDE}`, 'line 3'],
  ['a line behind a cell of commas', `"${','.repeat(COLUMNS_MAX)}""",\n${WIDE}`, 'line 2'],
])('K-26 O-15 more columns than can be read are refused: in %s', async (_what, file, where) => {
  expect(inEnglish(await readCorrectionsTable(file))).toMatchObject({
    ok: false,
    failure: {
      fields: [
        {
          field: 'file',
          message: `has more columns in ${where} than can be read: at most ${COLUMNS_MAX}`,
        },
      ],
    },
  })
})

test('K-26 columns are told apart by commas outside of quotes alone', async () => {
  const cell = `"${','.repeat(COLUMNS_MAX)}"`
  const table = await readCorrectionsTable(`${KNOWN.join()}\ntr_1,transfer,tr_1,1,a,r,${cell}`)
  expect(table).toMatchObject({ ok: true, value: { saying: 1 } })
})

test('O-15 others have their turn while a list is read, however its cells are laid out', async () => {
  const empty = COLUMNS_MAX - KNOWN.length
  const header = [...KNOWN, ...Array.from({ length: empty }, (_, n) => `column ${n}`)].join()
  const row = `tr_1,transfer,tr_1,1,,,${','.repeat(empty)}`
  const file = `${header}\n${`${row}\n`.repeat(500)}`
  let turns = 0
  let reading = true
  const read = readCorrectionsTable(file).finally(() => {
    reading = false
  })
  while (reading) {
    await setImmediate()
    turns += 1
  }
  expect(await read).toMatchObject({ ok: true, value: { rows: 500 } })
  // Eight thousand cells at most between one and the next.
  expect(turns).toBeGreaterThan(file.length / 8_192)
})

test('K-26 O-15 no more lines are taken up than a list has, be they empty', async () => {
  const blank = `${','.repeat(KNOWN.length - 1)}\r\n`
  const of = (rows: number) => readCorrectionsTable(`${KNOWN.join()}\r\n${blank.repeat(rows)}`)
  expect(await of(DOWNLOAD_MAX_ROWS)).toMatchObject({ ok: true, value: { rows: 0 } })
  expect(await of(DOWNLOAD_MAX_ROWS + 1)).toMatchObject({
    failure: { fields: [{ message: { say: expect.stringContaining('has more rows') } }] },
  })
})
