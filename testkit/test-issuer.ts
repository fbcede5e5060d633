import { createPrivateKey, generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto'
import { createIssuerServer } from '@countersign/dev-issuer/issuer-server.ts'
import type { JWK } from 'oidc-provider'
import { freePort } from './free-port.ts'

/** The development identity provider, on a port of its own. */
export type TestIssuer = {
  readonly url: string
  /** Its private keys (JWK), one for RS256 and one for ES256, each with its `kid`. */
  readonly keys: readonly JWK[]
  /** The key with which it signs RS256, and that key's `kid`. */
  readonly signingKey: { readonly key: KeyObject; readonly kid: string }
  readonly close: () => Promise<void>
}

export async function startTestIssuer(client: {
  readonly id: string
  readonly secret: string
  readonly consoleUrl: string
  readonly audience: string
}): Promise<TestIssuer> {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
  const keys = [
    { ...rsa, alg: 'RS256', use: 'sig', kid: 'rs' },
    { ...ec, alg: 'ES256', use: 'sig', kid: 'es' },
  ] as JWK[]
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const server = createIssuerServer({
    issuer: url,
    keys,
    cookieKey: 'a-cookie-key-for-tests',
    clientId: client.id,
    clientSecret: client.secret,
    consoleUrl: client.consoleUrl,
    audience: client.audience,
    installedConsoles: ['transfers', 'kernel'],
    roles: [],
  })
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  return {
    url,
    keys,
    signingKey: { key: createPrivateKey({ key: rsa as JsonWebKey, format: 'jwk' }), kid: 'rs' },
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}
