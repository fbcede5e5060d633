import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inEnglish } from '@countersign/testkit/in-english.ts'
import { publishedData } from '@countersign/testkit/published-data.ts'
import type { JSONWebKeySet, JWK } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeTokenVerifier } from './bearer-token.ts'

/** Project Wycheproof's vectors of JWS (RFC 7515) and JWK (RFC 7517). */
const data = publishedData('D14_jose_vectors')
/** RFC 7515's example payloads are no claims: a token whose signature holds is refused for that alone. */
const NO_CLAIMS = /JWT Claims Set/
/** What is taken here (K-02); RFC 8725 §3.1. */
const ALGORITHMS = ['RS256', 'ES256']

type Vector = {
  readonly tcId: number
  readonly comment: string
  readonly jws: string
  readonly result: 'valid' | 'invalid'
}
type Group = {
  readonly comment: string
  readonly public?: JWK | JSONWebKeySet
  readonly private?: JWK | JSONWebKeySet
  readonly tests: readonly Vector[]
}

const groups = ['json_web_signature_test.json', 'json_web_key_test.json'].flatMap((file) =>
  !data.absent
    ? (JSON.parse(readFileSync(data.file(file), 'utf8')) as { testGroups: Group[] }).testGroups
    : [],
)
const keySetOf = (group: Group): JSONWebKeySet => {
  const key = group.public ?? group.private ?? { keys: [] }
  return ('keys' in key ? key : { keys: [key] }) as JSONWebKeySet
}

let base: string
const server = createServer((request, response) => {
  const group = groups[Number(request.url?.slice(1))]
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(group ? keySetOf(group) : { keys: [] }))
})
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
})

/** Why a token is refused that a group's keys may have signed. */
async function refusal(group: number, { jws }: Vector): Promise<string> {
  const verify = makeTokenVerifier({
    ...{ issuer: 'http://issuer.test', audience: 'countersign', jwksUrl: `${base}/${group}` },
    ...{ rolesClaim: 'roles', personClaims: [], roles: [], now: () => new Date() },
  })
  const answer = await verify(jws)
  if (answer.ok) throw new Error('a vector without claims was taken for a token')
  return `${answer.failure.kind}: ${inEnglish(answer.failure.message)}`
}
/** As far as it can be read: of some valid vectors the header is base64url only for lenient readers. */
const algorithmOf = ({ jws }: Vector): unknown => {
  try {
    return JSON.parse(Buffer.from(jws.split('.')[0] ?? '', 'base64url').toString()).alg
  } catch {
    return undefined
  }
}

describe.skipIf(data.absent)('K-02 Project Wycheproof’s vectors', () => {
  test('K-02 every invalid signature and key is refused as such', async () => {
    const taken: string[] = []
    let count = 0
    for (const [at, group] of groups.entries()) {
      for (const vector of group.tests.filter(({ result }) => result === 'invalid')) {
        count += 1
        const why = await refusal(at, vector)
        if (!why.startsWith('unauthenticated') || NO_CLAIMS.test(why)) {
          taken.push(`${group.comment} ${vector.tcId} ${vector.comment}: ${why}`)
        }
      }
    }
    expect(taken).toEqual([])
    expect(count).toBe(355 + 21)
  })

  test('K-02 every valid one of an algorithm that is allowed holds, and those of others are refused for it', async () => {
    for (const [at, group] of groups.entries()) {
      for (const vector of group.tests.filter(({ result }) => result === 'valid')) {
        const why = await refusal(at, vector)
        if (ALGORITHMS.includes(String(algorithmOf(vector)))) expect(why, vector.comment).toMatch(NO_CLAIMS)
        else expect(why, vector.comment).toMatch(/"alg" .* not allowed|Protected Header is invalid/)
      }
    }
  })
})
