import { createReadStream } from 'node:fs'
import { publishedData } from '@countersign/testkit/published-data.ts'
import { describe, expect, test } from 'vitest'
import { ListRefusal } from './list-refusal.ts'
import { readSdn } from './read-sdn.ts'

const data = publishedData('D06_ofac_sdn_dev')

async function* pieces(text: string | Buffer, size = 7): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text)
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}
const file = (name: string, text: string | Buffer) => ({ name, bytes: pieces(text) })
const row = (...fields: string[]) => `${fields.join(',')}\r\n`
const entry = (uid: string, name: string, type = '-0- ', remarks = '-0- ') =>
  row(uid, `"${name}"`, type, '"SDGT"', ...Array.from({ length: 7 }, () => '-0- '), remarks)

async function refusalOf(...files: { name: string; bytes: AsyncIterable<Buffer> }[]): Promise<ListRefusal> {
  try {
    await readSdn(files)
  } catch (error) {
    if (error instanceof ListRefusal) return error
    throw error
  }
  throw new Error('it was taken')
}

describe.skipIf(data.absent)('OFAC’s list as published', () => {
  const published = (...names: string[]) =>
    readSdn(names.map((name) => ({ name, bytes: createReadStream(data.file(name)) })))

  test('T-13 the SDN list has its entries, by kind, with all aliases and addresses', async () => {
    const list = await published('sdn.csv', 'alt.csv', 'add.csv', 'sdn_comments.csv')
    const kinds = (kind: string) => list.filter((one) => one.kind === kind).length
    expect([list.length, kinds('individual'), kinds('vessel'), kinds('aircraft'), kinds('entity')]).toEqual([
      7379, 3845, 323, 217, 2994,
    ])
    expect(list.flatMap(({ aliases }) => aliases.filter(({ weak }) => !weak))).toHaveLength(9682)
    const last = list.find(({ uid }) => uid === '26235')
    expect(last).toMatchObject({
      name: 'MALKEVICH, Alexander Aleksandrovich',
      kind: 'individual',
      programs: ['CYBER2'],
      identifiers: {
        born: [{ from: '1975-06-14', to: '1975-06-14' }],
        places: ['Leningrad, Russia'],
        passports: ['717637093'],
      },
    })
  })

  test('T-13 the consolidated list is read by the same reader', async () => {
    const list = await published('cons_prim.csv', 'cons_alt.csv', 'cons_add.csv', 'cons_comments.csv')
    expect(list).toHaveLength(442)
    expect(list.find(({ uid }) => uid === '9639')).toMatchObject({
      name: 'HANIYA, Ismail Abdul Salah',
      programs: ['NS-PLC'],
    })
  })
})

test('T-13 what OFAC writes for nothing is nothing, and remarks tell identifiers and weak aliases', async () => {
  const remarks = `"DOB circa 1970; alt. DOB Mar 1971; DOB 1960 to 1965; POB Aden, Yemen; nationality Yemen; citizen Oman; Passport A1 2 (Yemen) expires 01 Jan 2020; alt. Passport B3 issued 2001; a.k.a. 'THE CLERK'; Linked To: X; Y."`
  const [one, two] = await readSdn([
    file(
      'sdn.csv',
      entry('7', 'DOE, John', '"individual"', remarks) + entry('8', 'ACME') + row('\u001a').trimEnd(),
    ),
    file('alt.csv', row('7', '1', '"fka"', '"ROE, John"', '-0- ')),
    file('add.csv', row('8', '1', '"1 Main St, ""A"""', '-0- ', '"Malta"', '-0- ')),
    file('sdn_comments.csv', row('8', '"goes on"')),
  ])
  expect(one).toEqual({
    uid: '7',
    kind: 'individual',
    name: 'DOE, John',
    aliases: [
      { name: 'ROE, John', as: 'fka', weak: false },
      { name: 'THE CLERK', as: 'aka', weak: true },
    ],
    programs: ['SDGT'],
    identifiers: {
      born: [
        { from: '1968-01-01', to: '1972-12-31' },
        { from: '1971-03-01', to: '1971-03-31' },
        { from: '1960-01-01', to: '1965-12-31' },
      ],
      places: ['Aden, Yemen'],
      nationalities: ['Yemen', 'Oman'],
      passports: ['A1 2', 'B3'],
    },
    addresses: [],
    remarks: remarks.slice(1, -1),
  })
  expect(two).toMatchObject({ kind: 'entity', addresses: ['1 Main St, "A", Malta'], remarks: 'goes on' })
})

test.each([
  ['a row cut off', [['sdn.csv', `${entry('7', 'DOE')}8,"ROE`]], 'sdn.csv', 2, /not CSV/],
  [
    'a column missing',
    [['sdn.csv', entry('7', 'DOE') + row('8', '"ROE"', '-0- ')]],
    'sdn.csv',
    2,
    /has 3 columns/,
  ],
  ['no number', [['sdn.csv', entry('x7', 'DOE')]], 'sdn.csv', 1, /column 1: ent_num must be/],
  [
    'no name',
    [['sdn.csv', entry('7', 'DOE') + entry('8', '')]],
    'sdn.csv',
    2,
    /column 2: SDN_Name is missing/,
  ],
  [
    'an unknown type',
    [['sdn.csv', entry('7', 'DOE', '"ship"')]],
    'sdn.csv',
    1,
    /column 3: SDN_Type is "ship"; individual, vessel/,
  ],
  ['the same entry twice', [['sdn.csv', entry('7', 'DOE') + entry('7', 'ROE')]], 'sdn.csv', 2, /second time/],
  [
    'an alias of nobody',
    [
      ['sdn.csv', entry('7', 'DOE')],
      ['alt.csv', row('9', '1', '"aka"', '"X"', '-0- ')],
    ],
    'alt.csv',
    1,
    /names entry 9/,
  ],
  [
    'an unknown kind of alias',
    [
      ['sdn.csv', entry('7', 'DOE')],
      ['alt.csv', row('7', '1', '"nick"', '"X"', '-0- ')],
    ],
    'alt.csv',
    1,
    /column 3: alt_type is "nick"/,
  ],
  [
    'aliases alone',
    [['alt.csv', row('7', '1', '"aka"', '"X"', '-0- ')]],
    'alt.csv',
    undefined,
    /no file of entries/,
  ],
  ['nothing', [['sdn.csv', '']], 'sdn.csv', undefined, /no file of entries/],
] as const)('T-13 %s is refused with file, line and reason', async (_what, files, name, line, reason) => {
  const refusal = await refusalOf(...files.map(([one, text]) => file(one, text)))
  expect(refusal).toMatchObject({ file: name, line, message: expect.stringMatching(reason) })
})

test('T-13 bytes that are no text are refused with their line', async () => {
  const bytes = Buffer.concat([Buffer.from(entry('7', 'DOE')), Buffer.from([0x38, 0xff, 0xfe])])
  expect(await refusalOf(file('sdn.csv', bytes))).toMatchObject({
    line: 2,
    message: expect.stringMatching(/not UTF-8/),
  })
})
