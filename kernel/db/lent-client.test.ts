import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kernelMigrations } from '../migration-source.ts'
import { withClient } from './with-client.ts'

/** What a backend says whose postmaster is gone (PostgreSQL's protocol, ErrorResponse). */
const FATAL = (() => {
  const fields = Buffer.from(
    'SFATAL\0VFATAL\0C57P01\0Mterminating connection due to unexpected postmaster exit\0\0',
  )
  const head = Buffer.alloc(5)
  head.write('E')
  head.writeInt32BE(fields.length + 4, 1)
  return Buffer.concat([head, fields])
})()
const READY_FOR_QUERY = Buffer.from([0x5a, 0, 0, 0, 5])

let database: TestDatabase
let proxy: Server
/** While set, the next answer that is complete has the database's end in the same bytes. */
let ending = false

beforeAll(async () => {
  database = await createTestDatabase([kernelMigrations])
  const { hostname, port } = new URL(database.url('superuser'))
  proxy = createServer((client: Socket) => {
    const server = connect(Number(port), hostname)
    client.pipe(server)
    server.on('data', (bytes: Buffer) => {
      const last = ending && bytes.includes(READY_FOR_QUERY)
      ending = ending && !last
      client.write(last ? Buffer.concat([bytes, FATAL]) : bytes)
      if (last) client.end()
    })
    for (const socket of [client, server]) {
      socket.on('error', () => undefined)
      socket.on('close', () => [client, server].forEach((each) => void each.destroy()))
    }
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
})
afterAll(async () => {
  proxy?.close()
  await database?.drop()
})

test('K-37 a database that goes away in the very bytes that set a connection free ends that connection, and no process', async () => {
  const url = new URL(database.url('superuser'))
  url.host = `127.0.0.1:${(proxy.address() as { port: number }).port}`
  const pool = new pg.Pool({ connectionString: url.href, max: 1 })
  const idle: Error[] = []
  pool.on('error', (error) => idle.push(error))
  await pool.query('SELECT 1')
  ending = true
  // One asks, and another waits for the only connection.
  const asked = pool.query('SELECT 2 AS two')
  const waited = withClient(pool, (client) => client.query('SELECT 3'))
  expect((await asked).rows).toEqual([{ two: 2 }])
  await expect(waited).rejects.toThrow()
  // The next is lent a sound one.
  expect((await withClient(pool, (client) => client.query('SELECT 4 AS four'))).rows).toEqual([{ four: 4 }])
  await pool.end()
})
