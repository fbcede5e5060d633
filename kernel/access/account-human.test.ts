import { changePolicy, returnRule } from '@countersign/testkit/approval-policy.ts'
import { type Answer, type Client, type Product, startProduct } from '@countersign/testkit/product.ts'
import { type SeededReturn, seededReturns } from '@countersign/testkit/seeded-records.ts'
import { letAddressesAge } from '@countersign/testkit/tampering.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeOidcClient } from '../identity/oidc-client.ts'

let product: Product
let take: () => SeededReturn

beforeAll(async () => {
  product = await startProduct({ worker: false, webhooks: false })
  take = await seededReturns(product)
}, 120_000)
afterAll(() => product?.close())

/** An administrator's account as the provider tells of it from now on. */
async function account(sub: string, email: string | undefined, more: object = {}): Promise<Client> {
  const somebody = await product.as('transfers/ADMIN', { sub, email, ...more })
  await somebody.get('/v1/me')
  return somebody
}
async function ask(by: Client) {
  const { id, code } = take()
  return (await by.post('/returns', { transferId: id, reason: code })).body
}
const approve = (asked: { id: string; digest: string }, by: Client) =>
  by.post(`/v1/requests/${asked.id}/approve`, { digest: asked.digest })
const said = ({ status, body }: Answer) => ({ status, code: body.code ?? body.state })

async function accountsOf(sub: string): Promise<string[]> {
  const { rows } = await product.superuser.query('SELECT kernel.accounts_of($1) AS accounts', [sub])
  return rows[0].accounts
}
async function humans(...subs: string[]): Promise<number> {
  const { rows } = await product.superuser.query(
    'SELECT count(DISTINCT kernel.human_of(id))::integer AS humans FROM unnest($1::text[]) AS id',
    [subs],
  )
  return rows[0].humans
}

describe('K-17 K-46 an address that the provider has not verified', () => {
  test.each([
    ['as JSON has it', { email_verified: false }],
    ['as text', { email_verified: 'false' }],
  ])('K-17 joins nobody: %s', async (_what, more) => {
    const sub = `vera-${typeof more.email_verified}`
    await account(sub, `${sub}@example.test`)
    await account(`not-${sub}`, `${sub}@example.test`, more)
    expect(await accountsOf(sub)).toEqual([sub])
    expect(await humans(sub, `not-${sub}`)).toBe(2)
    // Nor does it take the place of one that was verified.
    await account(sub, 'unverified@example.test', more)
    await account(`${sub}-too`, `${sub}@example.test`, { email_verified: true })
    expect(await accountsOf(sub)).toEqual([sub, `${sub}-too`])
  })

  test('K-17 nor one that it tells at sign-in', () => {
    const client = makeOidcClient({
      issuer: 'https://id.example.test',
      clientId: 'console',
      clientSecret: 'a secret',
      rolesClaim: 'roles',
      roles: [],
      now: () => new Date(0),
    })
    const email = 'vera@example.test'
    expect(client.claimsOf({ sub: 'vera', email, email_verified: false }).email).toBeUndefined()
    expect(client.claimsOf({ sub: 'vera', email, email_verified: true }).email).toBe(email)
    expect(client.claimsOf({ sub: 'vera', email }).email).toBe(email)
  })
})

describe('K-17 K-46 addresses that a person could not tell apart are one', () => {
  test.each([
    ['a character without width', 'lo\u200bla1@example.test', 'lola1@example.test'],
    ['a byte order mark', '\ufefflola2@example.test', 'lola2@example.test'],
    ['a soft hyphen', 'lola3@exam\u00adple.test', 'lola3@example.test'],
    ['full-width forms', 'ｌola4＠example．test', 'lola4@example.test'],
    ['an ideographic full stop', 'lola5@example。test', 'lola5@example.test'],
    ['needless quotes', '"lola6"@example.test', 'lola6@example.test'],
    ['a character that no store can hold', 'lola7\u0000@example.test', 'lola7@example.test'],
    ['a domain as DNS has it', 'lola9@xn--exmple-cua.test', 'lola9@exämple.test'],
    ['a domain as DNS has it, of no letter of ASCII', 'lola10@xn--r8jz45g.xn--zckzah', 'lola10@例え.テスト'],
    ['a dot behind the domain', 'lola11@example.test.', 'lola11@example.test'],
    ['a needless backslash', String.raw`"lo\la12"@example.test`, 'lola12@example.test'],
    ['a needless backslash in needed quotes', String.raw`"lo la\13"@example.test`, '"lo la13"@example.test'],
    ['a direction mark and capitals', 'LOLA8\u200e@Example.test', 'lola8@example.test'],
  ])('K-17 %s', async (_what, alike, plain) => {
    const name = plain.slice(0, plain.indexOf('@')).replaceAll(/[^a-z0-9]/g, '')
    await account(name, plain)
    await account(`${name}-too`, alike)
    expect(await accountsOf(name)).toEqual([name, `${name}-too`])
  })

  // RFC 3492 §7.1 (A), (B), (E), (G), (I), the domain in lower case; and what is no such form.
  test.each([
    ['xn--egbpdaj6bu4bxfgehfvwxn', 'ليهمابتكلموشعربي؟'],
    ['xn--ihqwcrb4cv8a8dqg056pqjye', '他们为什么不说中文'],
    ['xn--4dbcagdahymbxekheh6e0a7fei0b', 'למההםפשוטלאמדבריםעברית'],
    ['xn--n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa', 'なぜみんな日本語を話してくれないのか'],
    ['xn--b1abfaaepdrnnbgefbadotcwatmq2g4l', 'почемужеонинеговорятпорусски'],
    ['xn--', 'xn--'],
    ['xn--0', 'xn--0'],
    // With U+200D, which is not seen.
    ['xn--example-k06c', 'example'],
    ['xn--99999999', 'xn--99999999'],
    ['xn--zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz', undefined],
  ])('K-17 the label %s of a domain is %s', async (label, letters) => {
    const { rows } = await product.superuser.query('SELECT kernel.as_address($1) AS address', [
      `a@${label}.test`,
    ])
    expect(rows).toEqual([{ address: `a@${letters ?? label}.test` }])
  })

  test('K-17 but not what can be told apart', async () => {
    await account('lena', 'lena@example.test')
    await account('lena-else', 'léna@example.test')
    await account('lena-spaced', '"le na"@example.test')
    await account('lena-quoted', String.raw`"le\"na"@example.test`)
    await account('lena-at', '"lena@example.test"@example.test')
    expect(await accountsOf('lena')).toEqual(['lena'])
  })
})

test('K-17 K-46 whoever takes up the addresses of two people, one after the other, does not make them one, and signs for neither', async () => {
  const [ann, bob] = [await account('ann', 'ann@example.test'), await account('bob', 'bob@example.test')]
  await account('mallory', 'ann@example.test')
  const mallory = await account('mallory', 'bob@example.test')
  expect(await accountsOf('mallory')).toEqual(['ann', 'bob', 'mallory'])
  expect(await accountsOf('ann')).toEqual(['ann', 'mallory'])
  expect(await accountsOf('bob')).toEqual(['bob', 'mallory'])
  expect(await humans('ann', 'bob', 'mallory')).toBe(2)

  for (const [asking, other] of [
    [ann, bob],
    [bob, ann],
  ] as const) {
    const asked = await ask(asking)
    expect(said(await approve(asked, mallory))).toEqual({ status: 403, code: 'own_request' })
    expect(said(await approve(asked, other))).toEqual({ status: 200, code: 'authorized' })
  }
  // What she asks for herself, neither of those agrees to whose address she has had.
  const asked = await ask(mallory)
  for (const by of [ann, bob])
    expect(said(await approve(asked, by))).toEqual({ status: 403, code: 'own_request' })
})

describe('K-17 of two accounts of one human', () => {
  beforeAll(() => changePolicy(product, [returnRule({ required: 2 })]))
  afterAll(() => changePolicy(product, [returnRule()]))

  test.each(['signs', 'signed'])(
    'K-17 the two count once, though the one that %s changes its address in between',
    async (which) => {
      const [first, other] = [`${which}-first`, `${which}-other`]
      const shared = `${which}@example.test`
      const one = await account(first, shared)
      await account(other, shared)
      const asked = await ask(await product.as('transfers/OPS'))
      expect(said(await approve(asked, one))).toEqual({ status: 200, code: 'pending' })
      await account(which === 'signs' ? other : first, `${which}-now@example.test`)
      expect(await humans(first, other)).toBe(2)
      const again = await product.as('transfers/ADMIN', {
        sub: other,
        email: which === 'signs' ? `${which}-now@example.test` : shared,
      })
      expect(said(await approve(asked, again))).toEqual({ status: 409, code: 'already_decided' })

      // Nor past our code.
      const written = product.superuser.query(
        `INSERT INTO kernel.action_approval (request_id, revision, person_id, decision, digest, roles, evidence,
                                             evidence_hash, authenticated_at)
         VALUES ($1, 1, $2, 'approve', decode($3, 'hex'), '{transfers/ADMIN}', '{}', '\\x00', clock_timestamp())`,
        [asked.id, other, asked.digest.slice('sha256:'.length)],
      )
      await expect(written).rejects.toMatchObject({ code: 'CS409', constraint: 'already_decided' })
      const { rows } = await product.superuser.query('SELECT kernel.counting_approvals($1, 1) AS count', [
        asked.id,
      ])
      expect(rows).toEqual([{ count: 1 }])
    },
  )
})

test('K-17 90 days after one of them gave the address up, two accounts are two people’s', async () => {
  const [cleo, dora] = [
    await account('cleo', 'desk@example.test'),
    await account('dora', 'desk@example.test'),
  ]
  await account('dora', 'dora@example.test')
  await letAddressesAge(product, 'dora', 89)
  expect(await accountsOf('cleo')).toEqual(['cleo', 'dora'])
  const asked = await ask(cleo)
  const signing = await account('dora', 'dora@example.test')
  expect(said(await approve(asked, signing))).toEqual({ status: 403, code: 'own_request' })
  await letAddressesAge(product, 'dora', 2)
  expect(await accountsOf('cleo')).toEqual(['cleo'])
  expect(await accountsOf(dora.id)).toEqual(['dora'])
  expect(said(await approve(asked, signing))).toEqual({ status: 200, code: 'authorized' })
  // What one has is never too old.
  await account('dora-too', 'dora@example.test')
  expect(await accountsOf('dora')).toEqual(['dora', 'dora-too'])
})

test('K-17 K-31 that two accounts become one human’s is in the audit log once, and calls somebody, without the address', async () => {
  const joinings = async () => {
    const { rows } = await product.superuser.query(
      `SELECT e.actor_id, convert_from(e.canonical, 'UTF8') AS entry, a.kind, a.audience, a.dedupe_key AS key
         FROM kernel.audit_entry e JOIN kernel.alert a ON a.facts ->> 'entry' = e.entry_id::text
        WHERE e.event_sub_type = 'ACCOUNTS_JOINED' AND e.actor_id LIKE 'emil%' ORDER BY e.seq`,
    )
    return rows.map(({ entry, ...row }) => ({ ...row, detail: JSON.parse(entry).detail, entry }))
  }
  await account('emil', 'emil@example.test')
  expect(await joinings()).toEqual([])
  await account('emil-too', ' Emil@EXAMPLE.test')
  await account('emil-too', 'emil@example.test')
  const joined = await joinings()
  expect(joined).toMatchObject([
    {
      actor_id: 'emil-too',
      detail: { count: 1, with: ['emil'] },
      kind: 'kernel.security_event',
      audience: 'audit',
      key: 'ACCOUNTS_JOINED/emil-too',
    },
  ])
  expect(joined[0].entry.toLowerCase()).not.toContain('example.test')
  // Of one human already, whichever of the addresses it is by.
  await account('emil-too', 'emil.b@example.test')
  await account('emil', 'emil.b@example.test')
  expect(await joinings()).toHaveLength(1)
})

test('K-17 K-42 a machine is the second account of whose address it has, and somebody hears of it; again where it turns out to be a person', async () => {
  await account('frida', 'frida@example.test')
  const entries = async () => {
    const { rows } = await product.superuser.query(
      `SELECT convert_from(canonical, 'UTF8')::jsonb #>> '{detail,with,0}' AS "with" FROM kernel.audit_entry
        WHERE event_sub_type = 'ACCOUNTS_JOINED' AND actor_id = 'frida-job'`,
    )
    return rows
  }
  await product.superuser.query(
    `INSERT INTO kernel.person (person_id, kind, issuer, subject, email)
     VALUES ('frida-job', 'machine', 'https://id.example.test', 'frida-job', 'frida@example.test')`,
  )
  expect(await accountsOf('frida')).toEqual(['frida', 'frida-job'])
  expect(await entries()).toEqual([{ with: 'frida' }])
  await product.superuser.query(`UPDATE kernel.person SET kind = 'person' WHERE person_id = 'frida-job'`)
  expect(await accountsOf('frida')).toEqual(['frida', 'frida-job'])
  expect(await entries()).toEqual([{ with: 'frida' }, { with: 'frida' }])
})

test('K-17 K-42 nobody agrees to what their own machine asks for', async () => {
  const owner = await account('gus', 'gus@example.test')
  const other = await account('gus-colleague', 'colleague@example.test')
  const job = { sub: 'gus-job', client_id: 'gus-job', email: 'gus@example.test' }
  const machine = await product.as('transfers/OPS', job)
  expect((await machine.get('/v1/me')).body).toMatchObject({ person: { kind: 'machine' } })
  const asked = await ask(machine)
  expect(said(await approve(asked, owner))).toEqual({ status: 403, code: 'own_request' })
  expect(said(await approve(asked, other))).toEqual({ status: 200, code: 'authorized' })
})
