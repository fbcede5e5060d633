import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
  randomUUID,
  sign,
} from 'node:crypto'
import type { JWK } from 'oidc-provider'
import { claimsOf, type Persona } from './personas.ts'

export type DevTokenOptions = {
  readonly persona: Persona
  readonly issuer: string
  readonly audience: string
  /** The issuer's private keys. */
  readonly keys: readonly JWK[]
  /** From now; negative for one that has expired. */
  readonly expiresInS: number
  /** In place of the persona's and the registered ones; `null` leaves a claim out. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** In place of `alg` (RS256), `typ` and `kid`; `null` leaves a member out. */
  readonly header?: Readonly<Record<string, unknown>>
}

/**
 * A bearer token for the console's API (RFC 7519), as the development issuer would sign it, or altered to see
 * it refused. `alg` may be RS256 or ES256; `none` leaves the signature empty, and HS256 uses the RS256 public key
 * as its secret (RFC 8725 §2.1 describes both attacks).
 *
 * @throws Error on any other `alg`
 */
export function makeDevToken(options: DevTokenOptions): string {
  const { persona, issuer, audience, keys, expiresInS } = options
  const now = Math.floor(Date.now() / 1000)
  const alg = options.header?.alg ?? 'RS256'
  const key = keys.find((candidate) => candidate.alg === (alg === 'ES256' ? 'ES256' : 'RS256'))
  if (!key) throw new Error('The development issuer has no such key; npm run reset makes new ones.')
  const header = { alg, typ: 'JWT', kid: key.kid, ...options.header }
  const payload = {
    iss: issuer,
    sub: persona.sub,
    aud: audience,
    iat: now,
    nbf: now,
    exp: now + expiresInS,
    jti: randomUUID(),
    auth_time: now,
    ...claimsOf(persona),
    ...options.claims,
  }
  const signed = `${encode(header)}.${encode(payload)}`
  return `${signed}.${signature(alg, createPrivateKey({ key: key as JsonWebKey, format: 'jwk' }), signed)}`
}

function signature(alg: unknown, key: KeyObject, input: string): string {
  switch (alg) {
    case 'RS256':
      return sign('sha256', Buffer.from(input), key).toString('base64url')
    case 'ES256':
      return sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')
    case 'HS256':
      return createHmac('sha256', createPublicKey(key).export({ type: 'spki', format: 'pem' }))
        .update(input)
        .digest('base64url')
    case 'none':
      return ''
    default:
      throw new Error(`alg must be RS256, ES256, HS256 or none, not ${JSON.stringify(alg)}.`)
  }
}

function encode(members: Record<string, unknown>): string {
  const present = Object.entries(members).filter(([, value]) => value !== null)
  return Buffer.from(JSON.stringify(Object.fromEntries(present))).toString('base64url')
}
