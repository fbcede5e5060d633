import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toJsonb } from '@countersign/kernel/audit/audit-entry.ts'
import { growTree } from '@countersign/kernel/audit/sequencer.ts'
import {
  formatCheckpoint,
  generateSignerKey,
  parseSignerKey,
  signNote,
} from '@countersign/kernel/audit/signed-note.ts'
import type { VerificationReport } from '@countersign/kernel/audit/verify-log.mjs'
import { kernelMigrations } from '@countersign/kernel/migration-source.ts'
import {
  createTestAuditLog,
  encodeTestEntry,
  TEST_ORIGIN,
  type TestAuditLog,
  testFacts,
} from '@countersign/testkit/audit-log.ts'
import { type ClonedDatabase, cloneDatabase } from '@countersign/testkit/clone-database.ts'
import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runAuditProcess } from './audit-process.fixture.ts'

// 600 entries: two full tiles, a tail of 88, and a checkpoint at each of these sizes.
const SIGNED_AT = [100, 256, 300, 500, 600]

let database: TestDatabase
let log: TestAuditLog
let files: string
let ids: string[]

beforeAll(async () => {
  files = mkdtempSync(join(tmpdir(), 'countersign-verify-'))
  database = await createTestDatabase([kernelMigrations])
  log = createTestAuditLog(database)
  for (const [at, size] of SIGNED_AT.entries()) await log.grow(size - (SIGNED_AT[at - 1] ?? 0))
  const { rows } = await database
    .pool('auditor')
    .query<{ entry_id: string }>('SELECT entry_id FROM kernel.audit_leaf ORDER BY leaf_index')
  ids = rows.map((row) => row.entry_id)
  writeFileSync(join(files, 'key'), `${log.key.text}\n`)
})
afterAll(async () => {
  log.remove()
  rmSync(files, { recursive: true })
  await database.drop()
})

/** Verifies a copy of the log after `tamper` has been at it as superuser, with every trigger off. */
async function verifyAfter(
  tamper: (superuser: pg.PoolClient) => Promise<unknown>,
  ...flags: string[]
): Promise<{ status: number | null; report: VerificationReport }> {
  const copy: ClonedDatabase = await cloneDatabase(database)
  const superuser = await copy.pool('superuser').connect()
  const { rows } = await superuser.query<{ name: string }>(
    `SELECT format('kernel.%I', relname) AS name FROM pg_class
      WHERE relnamespace = 'kernel'::regnamespace AND relname LIKE 'audit%' AND relkind IN ('r', 'p')`,
  )
  for (const { name } of rows) await superuser.query(`ALTER TABLE ${name} DISABLE TRIGGER ALL`)
  await tamper(superuser)
  superuser.release()
  const { status, stdout, stderr } = await runAuditProcess(
    ...['audit', 'verify', '--database-url', copy.url('auditor'), '--key', join(files, 'key'), '--json'],
    ...flags,
  )
  await copy.drop()
  if (stdout === '') throw new Error(stderr)
  return { status, report: JSON.parse(stdout) as VerificationReport }
}

async function expectFirstBad(
  tamper: (superuser: pg.PoolClient) => Promise<unknown>,
  expected: { index: number; entry?: string | null; why: RegExp },
  ...flags: string[]
): Promise<void> {
  const { status, report } = await verifyAfter(tamper, ...flags)
  expect(report.first_bad).toEqual({
    index: expected.index,
    entry: 'entry' in expected ? expected.entry : ids[expected.index],
    why: expect.stringMatching(expected.why),
  })
  expect(report.ok).toBe(false)
  expect(status).toBe(1)
}

/** `WHERE` clause of the entry at an index. */
const at = (index: number) => `seq = (SELECT seq FROM kernel.audit_leaf WHERE leaf_index = ${index})`
const FORGED = `convert_to(replace(convert_from(canonical, 'UTF8'), '"pending"', '"executed"'), 'UTF8')`
const forgeEntry = (index: number) => `
  UPDATE kernel.audit_entry SET canonical = ${FORGED} WHERE ${at(index)};
  UPDATE kernel.audit_entry SET leaf_hash = sha256('\\x00'::bytea || canonical) WHERE ${at(index)};`
const forgeLeaf = (index: number) => `${forgeEntry(index)}
  UPDATE kernel.audit_leaf l SET leaf_hash = e.leaf_hash FROM kernel.audit_entry e
   WHERE e.seq = l.seq AND l.leaf_index = ${index};`

test('C-25 K-33 the log as it was written is as signed', async () => {
  const { status, report } = await verifyAfter(() => Promise.resolve(), '--witness', log.directory)
  expect(report).toEqual({
    ok: true,
    entries: 600,
    tree_size: 600,
    root: expect.stringMatching(/^[\w+/]{43}=$/),
  })
  expect(status).toBe(0)
  const latest = await log.witness.latest()
  expect(report.root).toBe(latest?.root.toString('base64'))
})

describe('K-33 case 28: edited by a superuser', () => {
  test.each([
    ['the bytes', 37, `UPDATE kernel.audit_entry SET canonical = ${FORGED} WHERE ${at(37)}`, /^altered/],
    ['the bytes and the hash beside them', 300, forgeEntry(300), /^altered/],
    [
      'the hash beside the bytes',
      5,
      `UPDATE kernel.audit_entry SET leaf_hash = sha256('x') WHERE ${at(5)}`,
      /^altered/,
    ],
    ['bytes, hash and leaf, in a full tile', 301, forgeLeaf(301), /not the leaf that its tile holds/],
    ['bytes, hash and leaf, in the last tile', 560, forgeLeaf(560), /not the leaf that its tile holds/],
    [
      'what is searched by',
      9,
      `UPDATE kernel.audit_entry SET actor_id = 'someone' WHERE ${at(9)}`,
      /column actor_id/,
    ],
    [
      'the roles shown',
      9,
      `UPDATE kernel.audit_entry SET actor_roles = '{}' WHERE ${at(9)}`,
      /column actor_roles/,
    ],
    [
      'the time, by a microsecond',
      511,
      `UPDATE kernel.audit_entry SET at = at + interval '1 microsecond' WHERE ${at(511)}`,
      /column at/,
    ],
    [
      'a note',
      70,
      `UPDATE kernel.audit_personal SET "values" = jsonb_set("values", '{reason.note,value}', '"harmless"')
        WHERE entry_id = (SELECT entry_id FROM kernel.audit_entry WHERE ${at(70)})`,
      /reason\.note/,
    ],
  ])('%s', async (_what, index, sql, why) => {
    await expectFirstBad((superuser) => superuser.query(sql), { index, why })
  })

  test('the earliest of several is the one named', async () => {
    await expectFirstBad((superuser) => superuser.query(forgeLeaf(400) + forgeEntry(210)), {
      index: 210,
      why: /^altered/,
    })
  })

  test('everything the database holds, made to fit: the signatures still tell between which checkpoints', async () => {
    await expectFirstBad(
      async (superuser) => {
        await superuser.query(
          `${forgeLeaf(450)} UPDATE kernel.audit_entry SET outcome = 'executed', transition_to = 'executed' WHERE ${at(450)}`,
        )
        const { rows } = await superuser.query<{ leaf_hash: Buffer }>(
          'SELECT leaf_hash FROM kernel.audit_leaf ORDER BY leaf_index',
        )
        const grown = await growTree(
          () => Promise.reject(new Error('starts from nothing')),
          0,
          Buffer.alloc(0),
          rows.map((row) => row.leaf_hash),
        )
        for (const { level, index, hashes, root } of grown.tiles) {
          await superuser.query(
            'UPDATE kernel.audit_tile SET hashes = $3, root = $4 WHERE level = $1 AND tile_index = $2',
            [level, index, hashes, root],
          )
        }
      },
      {
        index: 300,
        entry: ids[300],
        why: /entries 300 to 499 are not those of the checkpoint signed at 500/,
      },
    )
  })

  test('… and even the checkpoints signed anew, with another key: the key one was handed tells', async () => {
    const forger = parseSignerKey(generateSignerKey(TEST_ORIGIN))
    await expectFirstBad(
      async (superuser) => {
        const { rows } = await superuser.query<{ tree_size: string; root: Buffer }>(
          'SELECT tree_size, root FROM kernel.audit_checkpoint',
        )
        for (const { tree_size, root } of rows) {
          const note = signNote(
            formatCheckpoint({ origin: forger.name, size: Number(tree_size), root }),
            forger,
          )
          await superuser.query('UPDATE kernel.audit_checkpoint SET note = $1 WHERE tree_size = $2', [
            note,
            tree_size,
          ])
        }
        await superuser.query('UPDATE kernel.audit_signer_key SET verifier_key = $1', [forger.text])
      },
      { index: 0, entry: null, why: /^unsigned|not signed by the key/ },
    )
  })
})

describe('K-33 case 28: deleted, cut, reordered and inserted by a superuser', () => {
  test('an entry deleted', async () => {
    await expectFirstBad((superuser) => superuser.query(`DELETE FROM kernel.audit_entry WHERE ${at(42)}`), {
      index: 42,
      why: /^missing/,
    })
  })

  test('an entry and its leaf deleted', async () => {
    await expectFirstBad(
      (superuser) =>
        superuser.query(`DELETE FROM kernel.audit_entry WHERE ${at(42)};
                         DELETE FROM kernel.audit_leaf WHERE leaf_index = 42`),
      { index: 42, entry: null, why: /^missing/ },
    )
  })

  test('an entry deleted and the others moved up', async () => {
    await expectFirstBad(
      (superuser) =>
        superuser.query(`DELETE FROM kernel.audit_entry WHERE ${at(42)};
                         DELETE FROM kernel.audit_leaf WHERE leaf_index = 42;
                         UPDATE kernel.audit_leaf SET leaf_index = leaf_index + 10000 WHERE leaf_index > 42;
                         UPDATE kernel.audit_leaf SET leaf_index = leaf_index - 10001 WHERE leaf_index > 10000`),
      { index: 42, entry: ids[43], why: /^out of order/ },
    )
  })

  test('two entries exchanged under their leaves', async () => {
    await expectFirstBad(
      (superuser) =>
        superuser.query(`
          UPDATE kernel.audit_entry SET seq = 5000000 WHERE ${at(10)};
          UPDATE kernel.audit_entry SET seq = (SELECT seq FROM kernel.audit_leaf WHERE leaf_index = 10) WHERE ${at(20)};
          UPDATE kernel.audit_entry SET seq = (SELECT seq FROM kernel.audit_leaf WHERE leaf_index = 20)
           WHERE seq = 5000000`),
      { index: 10, entry: ids[20], why: /^out of order/ },
    )
  })

  test.each([
    [10, 20],
    [550, 570],
  ])('the leaves %i and %i exchanged', async (first, second) => {
    await expectFirstBad(
      (superuser) =>
        superuser.query(`UPDATE kernel.audit_leaf SET leaf_index = -1 WHERE leaf_index = ${first};
                         UPDATE kernel.audit_leaf SET leaf_index = ${first} WHERE leaf_index = ${second};
                         UPDATE kernel.audit_leaf SET leaf_index = ${second} WHERE leaf_index = -1`),
      { index: first, entry: ids[second], why: /^out of order/ },
    )
  })

  const forged = encodeTestEntry({ ...testFacts(), outcome: 'never happened' })
  const insertEntry = async (superuser: pg.PoolClient) => {
    await superuser.query('SELECT kernel.insert_audit($1::jsonb)', [JSON.stringify(toJsonb([forged]))])
    const { rows } = await superuser.query<{ seq: string }>(
      'DELETE FROM kernel.audit_pending WHERE entry_id = $1 RETURNING seq',
      [forged.id],
    )
    return rows[0]?.seq
  }
  const insertLeaf = (superuser: pg.PoolClient, index: number, seq: string | undefined) =>
    superuser.query(
      `INSERT INTO kernel.audit_leaf (leaf_index, seq, entry_id, leaf_hash)
       SELECT $1, seq, entry_id, leaf_hash FROM kernel.audit_entry WHERE seq = $2`,
      [index, seq],
    )

  test('an entry inserted beside the tree', async () => {
    await expectFirstBad(
      async (superuser) => {
        const seq = await insertEntry(superuser)
        // As if it had been there between the entries 77 and 78.
        await superuser.query('UPDATE kernel.audit_leaf SET seq = seq + 100000 WHERE leaf_index > 77')
        await superuser.query(
          'UPDATE kernel.audit_entry SET seq = seq + 100000 WHERE seq > 77 AND seq <> $1',
          [seq],
        )
        await superuser.query('UPDATE kernel.audit_entry SET seq = 78 WHERE seq = $1', [seq])
      },
      { index: 78, entry: forged.id, why: /^inserted/ },
    )
  })

  test('an entry inserted at the end, with a leaf', async () => {
    await expectFirstBad(async (superuser) => insertLeaf(superuser, 600, await insertEntry(superuser)), {
      index: 600,
      entry: forged.id,
      why: /^inserted/,
    })
  })

  test('an entry inserted in the middle, the others moved down, the head moved on', async () => {
    await expectFirstBad(
      async (superuser) => {
        const seq = await insertEntry(superuser)
        await superuser.query(`UPDATE kernel.audit_leaf SET leaf_index = leaf_index + 10001 WHERE leaf_index >= 50;
                               UPDATE kernel.audit_leaf SET leaf_index = leaf_index - 10000 WHERE leaf_index > 10000`)
        await insertLeaf(superuser, 50, seq)
        await superuser.query('UPDATE kernel.audit_head SET size = 601, tail = tail || sha256($1)', [
          Buffer.from('x'),
        ])
      },
      { index: 50, entry: forged.id, why: /^out of order or altered/ },
    )
  })

  const cut = `DELETE FROM kernel.audit_entry WHERE seq IN (SELECT seq FROM kernel.audit_leaf WHERE leaf_index >= 500);
               DELETE FROM kernel.audit_leaf WHERE leaf_index >= 500;`
  const cutThoroughly = `${cut}
    UPDATE kernel.audit_head SET size = 500,
           tail = (SELECT string_agg(leaf_hash, ''::bytea ORDER BY leaf_index) FROM kernel.audit_leaf WHERE leaf_index >= 256);
    DELETE FROM kernel.audit_tile WHERE tile_index = 1;
    DELETE FROM kernel.audit_checkpoint WHERE tree_size > 500`

  test('the end cut off', async () => {
    await expectFirstBad((superuser) => superuser.query(cut), { index: 500, entry: null, why: /^missing/ })
  })

  test('the end cut off without a trace: what the witness holds tells, and only that', async () => {
    const { report } = await verifyAfter((superuser) => superuser.query(cutThoroughly))
    expect(report).toMatchObject({ ok: true, tree_size: 500 })
    const expected = { index: 500, entry: null, why: /a checkpoint of 600 entries was signed/ }
    await expectFirstBad((superuser) => superuser.query(cutThoroughly), expected, '--witness', log.directory)
    const note = join(files, 'checkpoint')
    writeFileSync(note, (await log.witness.latest())?.note ?? '')
    await expectFirstBad((superuser) => superuser.query(cutThoroughly), expected, '--checkpoint', note)
  })

  test.each([
    [
      'a stored tile',
      `UPDATE kernel.audit_tile SET hashes = set_byte(hashes, 32 * 7, 1 # get_byte(hashes, 32 * 7)) WHERE tile_index = 1`,
      263,
      /tile/,
    ],
    [
      'the root of a tile',
      `UPDATE kernel.audit_tile SET root = sha256('x') WHERE tile_index = 1`,
      256,
      /root of tile 0\/1/,
    ],
    ['a tile removed', 'DELETE FROM kernel.audit_tile WHERE tile_index = 1', 256, /missing: tile 0\/1/],
    [
      'a checkpoint',
      `UPDATE kernel.audit_checkpoint SET root = sha256('x') WHERE tree_size = 300`,
      300,
      /checkpoint of 300/,
    ],
    ['every checkpoint removed', 'DELETE FROM kernel.audit_checkpoint', 0, /^unsigned/],
  ])('%s', async (_what, sql, index, why) => {
    const { report } = await verifyAfter((superuser) => superuser.query(sql))
    expect(report).toMatchObject({ ok: false, first_bad: { index, why: expect.stringMatching(why) } })
  })

  test('K-33 several at once: all are named, and none hides another', async () => {
    const bySeq = (index: number) => `seq = (SELECT seq FROM kernel.audit_leaf WHERE leaf_index = ${index})`
    const { status, report } = await verifyAfter((superuser) =>
      superuser.query(`
        UPDATE kernel.audit_entry SET outcome = 'x' WHERE ${bySeq(5)};
        UPDATE kernel.audit_entry SET canonical = ${FORGED} WHERE ${bySeq(50)};
        UPDATE kernel.audit_personal SET "values" = jsonb_set("values", '{ip_address,value}', '"6.6.6.6"')
         WHERE entry_id = (SELECT entry_id FROM kernel.audit_leaf WHERE leaf_index = 80);
        DELETE FROM kernel.audit_entry WHERE ${bySeq(300)};
        DELETE FROM kernel.audit_leaf WHERE leaf_index = 570;
        UPDATE kernel.audit_entry SET canonical = '{', leaf_hash = sha256('\\x00'::bytea || '{') WHERE ${bySeq(571)}`),
    )
    expect(status).toBe(1)
    expect(report.bad?.map(({ index }) => index)).toEqual([5, 50, 80, 300, 570, 571, 571])
    expect(report.first_bad).toEqual(report.bad?.[0])
    // The entry of the leaf that is gone is one beside the tree, too.
    expect(report.bad_count).toBe(7)
  })

  test('K-33 what the constraints would not let in, were they there: named as well', async () => {
    const { report } = await verifyAfter((superuser) =>
      superuser.query(`
        ALTER TABLE kernel.audit_leaf DROP CONSTRAINT audit_leaf_pkey;
        ALTER TABLE kernel.audit_leaf DROP CONSTRAINT audit_leaf_seq_key;
        ALTER TABLE kernel.audit_entry ALTER outcome DROP NOT NULL;
        ALTER TABLE kernel.audit_entry ALTER canonical DROP NOT NULL;
        INSERT INTO kernel.audit_leaf SELECT -1, seq, entry_id, leaf_hash FROM kernel.audit_leaf WHERE leaf_index = 3;
        INSERT INTO kernel.audit_leaf SELECT * FROM kernel.audit_leaf WHERE leaf_index = 20;
        UPDATE kernel.audit_entry SET outcome = NULL WHERE ${at(31)};
        UPDATE kernel.audit_entry SET canonical = NULL WHERE ${at(32)};
        UPDATE kernel.audit_entry SET actor_roles = ARRAY[actor_roles] WHERE ${at(33)};
        UPDATE kernel.audit_entry SET actor_roles = actor_roles || NULL::text WHERE ${at(34)};
        UPDATE kernel.audit_entry SET at = 'infinity' WHERE ${at(35)};
        INSERT INTO kernel.audit_leaf SELECT * FROM kernel.audit_leaf WHERE leaf_index = 599`),
    )
    expect(report.bad?.map(({ index, why }) => [index, why])).toEqual([
      [0, expect.stringMatching(/^inserted: a leaf of no place/)],
      [21, expect.stringMatching(/^inserted: a leaf of no place/)],
      [31, expect.stringMatching(/column outcome says null/)],
      [32, 'altered: not as hashed'],
      [33, expect.stringMatching(/column actor_roles/)],
      [34, expect.stringMatching(/column actor_roles/)],
      [35, expect.stringMatching(/column at/)],
      [600, expect.stringMatching(/^inserted: a leaf of no place/)],
    ])
  })

  test('K-33 more than can be named are counted', async () => {
    const { report } = await verifyAfter((superuser) =>
      superuser.query(`UPDATE kernel.audit_entry SET outcome = 'x'`),
    )
    expect(report).toMatchObject({ ok: false, first_bad: { index: 0 }, bad_count: 600 })
    expect(report.bad).toHaveLength(100)
  })

  test('an entry that waits for its place, altered', async () => {
    await expectFirstBad(
      async (superuser) => {
        await superuser.query('SELECT kernel.insert_audit($1::jsonb)', [JSON.stringify(toJsonb([forged]))])
        await superuser.query(
          `UPDATE kernel.audit_entry SET canonical = ${FORGED} || ' ' WHERE entry_id = $1`,
          [forged.id],
        )
      },
      { index: 600, entry: forged.id, why: /waits for its place/ },
    )
  })
})

test('K-35 erasing personal values leaves the log as signed', async () => {
  const { report } = await verifyAfter((superuser) => superuser.query('DELETE FROM kernel.audit_personal'))
  expect(report).toMatchObject({ ok: true, entries: 600 })
})

// Last, for it makes the log longer than the tests before it know it.
test('K-33 a log of more leaves than are read at a time is checked across the seams', async () => {
  await log.grow(4_200 - 600)
  const { report } = await verifyAfter((superuser) =>
    superuser.query(`
      UPDATE kernel.audit_entry SET outcome = 'x' WHERE ${at(2047)};
      UPDATE kernel.audit_entry SET outcome = 'x' WHERE ${at(2048)};
      UPDATE kernel.audit_entry SET outcome = 'x' WHERE ${at(4095)};
      DELETE FROM kernel.audit_personal
       WHERE entry_id = (SELECT entry_id FROM kernel.audit_leaf WHERE leaf_index = 4096);
      DELETE FROM kernel.audit_entry WHERE ${at(4096)};
      DELETE FROM kernel.audit_leaf WHERE leaf_index = 4096;
      UPDATE kernel.audit_entry SET outcome = 'x' WHERE ${at(4199)}`),
  )
  expect(report.bad?.map(({ index }) => index)).toEqual([2047, 2048, 4095, 4096, 4199])
  const { report: whole } = await verifyAfter(() => Promise.resolve(), '--witness', log.directory)
  expect(whole).toMatchObject({ ok: true, entries: 4_200, tree_size: 4_200 })
})
