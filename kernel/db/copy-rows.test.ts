import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kernelMigrations } from '../migration-source.ts'
import { type CopiedFields, copyRows } from './copy-rows.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase([kernelMigrations])
})
afterAll(() => database.drop())

async function rowsOf<Row>(sql: string, read: (fields: CopiedFields) => Row): Promise<Row[]> {
  const client = await database.pool('superuser').connect()
  try {
    const take = await copyRows(client, sql, read)
    const rows: Row[] = []
    for (let row = take(); row !== undefined; row = take()) rows.push(row)
    return rows
  } finally {
    client.release()
  }
}

describe('K-33 the verifier reads what a database holds', () => {
  test('every kind of field, and NULL', async () => {
    const rows = await rowsOf(
      `VALUES (1::int2, -2::int4, 9007199254740991::int8, 'Zürich €𝄞', '\\x00ff'::bytea, ARRAY['a', 'ü']),
              (NULL, NULL, -1, '', '\\x'::bytea, '{}'), (NULL, NULL, -4294967297, NULL, NULL, NULL)`,
      (fields) => [
        fields.integer(),
        fields.integer(),
        fields.integer(),
        fields.text(),
        fields.bytes()?.toString('hex') ?? null,
        fields.texts(),
      ],
    )
    expect(rows).toEqual([
      [1, -2, 9007199254740991, 'Zürich €𝄞', '00ff', ['a', 'ü']],
      [null, null, -1, '', '', []],
      [null, null, -4294967297, null, null, null],
    ])
  })

  test('times by the microsecond, and those that no calendar holds', async () => {
    const times = await rowsOf(
      `VALUES ('2026-03-01 12:00:00.120+01'::timestamptz), ('2026-03-01 11:00:00.120001Z'), ('1999-12-31 23:59:59.999999Z'),
              ('1969-12-31 23:59:59Z'), ('infinity'), ('-infinity'), ('infinity'), (NULL)`,
      (fields) => ({ at: fields.time() }),
    )
    expect(times.map(({ at }) => at)).toEqual([
      '2026-03-01T11:00:00.120Z',
      '2026-03-01T11:00:00.120001Z',
      '1999-12-31T23:59:59.999999Z',
      '1969-12-31T23:59:59.000Z',
      expect.not.stringContaining('T'),
      expect.not.stringContaining('T'),
      expect.not.stringContaining('T'),
      null,
    ])
  })

  test('an array with NULL, of two dimensions, or empty is no list of the same texts', async () => {
    const lists = await rowsOf(
      `VALUES (ARRAY['a', NULL]), (ARRAY[['a', 'b']]), ('{}'::text[]), (ARRAY[''])`,
      (fields) => ({ list: fields.texts() }),
    )
    expect(lists.map(({ list }) => list)).toEqual([['a', null], [null], [], ['']])
  })

  test('more than arrives at once, and nothing', async () => {
    const read = (fields: CopiedFields) => ({ n: fields.integer(), text: fields.text() })
    const rows = await rowsOf(`SELECT n, repeat('x', n) FROM generate_series(1, 2000) AS n`, read)
    expect(rows).toEqual(Array.from({ length: 2000 }, (_, at) => ({ n: at + 1, text: 'x'.repeat(at + 1) })))
    expect(await rowsOf(`SELECT 1, 'x' WHERE false`, read)).toEqual([])
  })

  test("the database's error is thrown, and the connection serves on", async () => {
    const client = await database.pool('superuser').connect()
    const failed = copyRows(client, 'SELECT 1 / (3 - n) FROM generate_series(1, 5) AS n', (fields) =>
      fields.integer(),
    )
    await expect(failed).rejects.toThrow('division by zero')
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    client.release()
  })
})
