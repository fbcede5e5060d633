import { createServer } from 'node:net'
import { LISTENERS, type ListenerName, type Ports } from '../home/ports.ts'

/** @throws Error naming every port that cannot be had and the variable that moves it */
export async function requireFreePorts(ports: Ports): Promise<void> {
  const problems: string[] = []
  for (const name of Object.keys(LISTENERS) as ListenerName[]) {
    const code = await bindingError(ports[name])
    if (code === undefined) continue
    const { what, variable } = LISTENERS[name]
    const why = code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be opened (${code})`
    const other = ports[name] >= 50_000 ? ports[name] - 1000 : ports[name] + 1000
    problems.push(
      `Port ${ports[name]} (${what}) ${why}. Choose another with ${variable}, for example ${variable}=${other}.`,
    )
  }
  if (problems.length > 0) throw new Error(problems.join('\n'))
}

function bindingError(port: number): Promise<string | undefined> {
  return new Promise((done) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => done(undefined)))
  })
}
