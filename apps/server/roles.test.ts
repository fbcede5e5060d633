import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openBrowser } from '@countersign/testkit/browser.ts'
import { type Product, startProduct } from '@countersign/testkit/product.ts'
import { REPOSITORY_ROOT } from '@countersign/tools/home/home.ts'
import { afterEach, expect, test } from 'vitest'
import { roles } from './roles.ts'

/** The roles that the requirement names, as `console/role`; an installation may have consoles beside those. */
const specified = specifiedRoles()
const ours = roles.filter(({ role }) => specified.includes(role))

function specifiedRoles(): string[] {
  const requirements = readFileSync(join(REPOSITORY_ROOT, 'docs', 'requirements', 'kernel.md'), 'utf8')
  const [, sentence = ''] = /^## K-04 .*\n\nRoles and their console: ([^(.]+)\(/m.exec(requirements) ?? []
  return sentence.split(';').flatMap((part) => {
    const [console = ''] = part.trim().split(/\s/)
    return [...part.matchAll(/`(\w+)`/g)].map(([, name]) => `${console}/${name}`)
  })
}

const started: Product[] = []
afterEach(async () => {
  for (const product of started.splice(0)) await product.close()
})
const withClaim = async (options: { issuer: boolean; claim: string }) => {
  const product = await startProduct({
    issuer: options.issuer,
    worker: false,
    webhooks: false,
    serverEnvironment: { OIDC_ROLES_CLAIM: options.claim },
  })
  started.push(product)
  return product
}

test('K-04 the roles are those of the specification, each of its console', () => {
  expect(specified).toHaveLength(17)
  expect(ours.map(({ role }) => role).toSorted()).toEqual(specified.toSorted())
  // Whatever else there is comes with a console of its own, or is lent for hours.
  const consoles = new Set(specified.map((role) => role.slice(0, role.indexOf('/'))))
  const others = roles.filter(({ role, lent }) => !lent && !specified.includes(role)).map(({ role }) => role)
  expect(others.filter((role) => consoles.has(role.slice(0, role.indexOf('/'))))).toEqual([])
})

test('K-04 whose money it is: all of three consoles, none of the platform’s, and the two that are on neither side', () => {
  const on = (side: string) => ours.filter((role) => (role.side ?? 'neither') === side)
  const consolesOf = (side: string) =>
    [...new Set(on(side).map(({ role }) => role.slice(0, role.indexOf('/'))))].sort()
  expect(consolesOf('money')).toEqual(['marketplace', 'transfers', 'treasury'])
  expect(consolesOf('platform')).toEqual(['platform'])
  expect(
    on('neither')
      .map(({ role }) => role)
      .sort(),
  ).toEqual(['hub/OPERATOR', 'kernel/auditor', 'platform/MERCHANT'])
})

test('K-04 the claim that roles are read from is configuration: another one is believed, the usual one is not', async () => {
  const product = await withClaim({ issuer: false, claim: 'https://example.org/groups' })
  const person = await product.as('transfers/ADMIN', {
    roles: ['transfers/ADMIN'],
    'https://example.org/groups': ['transfers/OPS', 'somewhere/ELSE'],
  })
  expect((await person.get('/v1/me')).body.roles).toEqual(['transfers/OPS'])
  const asserted = await product.as('transfers/ADMIN-2', { roles: ['transfers/ADMIN'] })
  expect((await asserted.get('/v1/me')).body.roles).toEqual([])
}, 120_000)

test('K-04 the same claim counts at sign-in', async () => {
  const product = await withClaim({ issuer: true, claim: 'groups' })
  const browser = openBrowser(product.url)
  await browser.signIn('transfers/OPS')
  // The development issuer asserts `roles`, which is not asked for here.
  const me = await browser.send('GET', '/v1/me')
  expect(me.body).toMatchObject({ person: { id: 'transfers-OPS' }, roles: [] })
}, 120_000)
