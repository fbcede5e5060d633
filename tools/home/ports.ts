/** The listeners of the embedded default: the variable that moves each, and where it is otherwise. */
export const LISTENERS = {
  server: { variable: 'PORT', port: 8084, what: 'server and console' },
  devIssuer: { variable: 'DEV_ISSUER_PORT', port: 8085, what: 'development identity provider' },
  sandbox: { variable: 'SANDBOX_PORT', port: 8086, what: 'sandbox' },
  postgres: { variable: 'COUNTERSIGN_POSTGRES_PORT', port: 8087, what: 'PostgreSQL' },
  worker: { variable: 'WORKER_PORT', port: 8088, what: 'health and metrics of the worker' },
} as const

export type ListenerName = keyof typeof LISTENERS
export type Ports = Readonly<Record<ListenerName, number>>

/** @throws Error naming every variable that holds no usable port, and any two that hold the same */
export function portsFrom(env: NodeJS.ProcessEnv): Ports {
  const problems: string[] = []
  const taken = new Map<number, string>()
  const ports: Record<ListenerName, number> = { server: 0, devIssuer: 0, sandbox: 0, postgres: 0, worker: 0 }
  for (const name of Object.keys(LISTENERS) as ListenerName[]) {
    const { variable, port: usual } = LISTENERS[name]
    const given = env[variable]
    const port = given === undefined || given === '' ? usual : Number(given)
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      problems.push(`${variable} is "${given}"; it must be a port from 1 to 65535.`)
      continue
    }
    const other = taken.get(port)
    if (other) problems.push(`${variable} and ${other} are both ${port}; give each its own.`)
    taken.set(port, variable)
    ports[name] = port
  }
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return ports
}
