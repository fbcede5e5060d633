import { readFileSync } from 'node:fs'
import type { JWK } from 'oidc-provider'
import { createIssuerServer } from './issuer-server.ts'

const STOP_TIMEOUT_MS = 3000

/** Signs anyone in as anyone, without a password: that must not be reachable where money is real. */
if (process.env.NODE_ENV === 'production') {
  process.stderr.write(
    'The development identity provider does not run with NODE_ENV=production. Set OIDC_ISSUER to your own provider.\n',
  )
  process.exit(78)
}

const port = Number(required('DEV_ISSUER_PORT'))
const issuer = `http://127.0.0.1:${port}`
const { keys } = JSON.parse(readFileSync(required('DEV_ISSUER_KEYS_FILE'), 'utf8')) as { keys: JWK[] }
const server = createIssuerServer({
  issuer,
  keys,
  cookieKey: required('DEV_ISSUER_COOKIE_KEY'),
  clientId: required('OIDC_CLIENT_ID'),
  clientSecret: required('OIDC_CLIENT_SECRET'),
  consoleUrl: required('PUBLIC_URL'),
  audience: required('TOKEN_AUDIENCE'),
  installedConsoles: required('INSTALLED_CONSOLES').split(','),
  roles: required('INSTALLED_ROLES').split(','),
})
server.listen(port, '127.0.0.1', () => process.stdout.write(`listening on ${issuer}\n`))
server.on('error', (error) => {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    setTimeout(() => process.exit(0), STOP_TIMEOUT_MS).unref()
    server.close(() => process.exit(0))
    server.closeIdleConnections()
  })
}

function required(name: string): string {
  const value = process.env[name]
  if (!value) {
    process.stderr.write(`${name} is missing; npm start sets it.\n`)
    process.exit(78)
  }
  return value
}
