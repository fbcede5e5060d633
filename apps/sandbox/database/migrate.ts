import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type pg from 'pg'

const DIRECTORY = new URL('../migrations/', import.meta.url)

/**
 * Applies the numbered SQL files that this database has not seen, in one transaction.
 *
 * @throws Error naming the file when an applied one has been changed
 */
export async function migrate(client: pg.Client): Promise<void> {
  await client.query('BEGIN')
  try {
    await client.query(
      `CREATE SCHEMA IF NOT EXISTS sandbox;
       CREATE TABLE IF NOT EXISTS sandbox.migration (name text PRIMARY KEY, digest text NOT NULL)`,
    )
    const { rows } = await client.query<{ name: string; digest: string }>(
      'SELECT name, digest FROM sandbox.migration',
    )
    const applied = new Map(rows.map((row) => [row.name, row.digest]))
    for (const name of readdirSync(DIRECTORY).sort()) {
      const sql = readFileSync(new URL(name, DIRECTORY), 'utf8')
      const digest = createHash('sha256').update(sql).digest('hex')
      const known = applied.get(name)
      if (known === digest) continue
      if (known !== undefined) {
        throw new Error(
          `The sandbox's database was made by another version (${name} has changed since). ` +
            'It holds invented data only: drop the database and start again.',
        )
      }
      await client.query(sql)
      await client.query('INSERT INTO sandbox.migration VALUES ($1, $2)', [name, digest])
    }
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
}
