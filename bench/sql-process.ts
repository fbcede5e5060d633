import pg from 'pg'
import { answerTask } from './answer-task.ts'

/** The limit's driver where there is no pgbench: one statement in a loop on each connection, in a process of its own. */
export type SqlTask = {
  readonly databaseUrl: string
  readonly connections: number
  readonly seconds: number
  readonly statement: string
}
export type SqlAnswer = { readonly perSecond: number }

answerTask(run)

async function run(task: SqlTask): Promise<SqlAnswer> {
  const clients = await Promise.all(
    Array.from({ length: task.connections }, async () => {
      const client = new pg.Client({ connectionString: task.databaseUrl })
      await client.connect()
      return client
    }),
  )
  const began = performance.now()
  const until = began + task.seconds * 1000
  let done = 0
  await Promise.all(
    clients.map(async (client) => {
      while (performance.now() < until) {
        await client.query({ name: 'limit', text: task.statement })
        done += 1
      }
    }),
  )
  const perSecond = done / ((performance.now() - began) / 1000)
  await Promise.all(clients.map((client) => client.end()))
  return { perSecond }
}
