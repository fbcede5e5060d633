import { type PlatformSandbox, startPlatform } from '@countersign/testkit/platform-product.ts'
import type { Answer, Client, Product } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hasFeature } from '../contract.ts'
import { configFault } from './config-form.ts'
import { configForms } from './config-forms.ts'

const NOTE = 'Financial configurations are not accessible via Ops Console'
let sandbox: PlatformSandbox
let product: Product
let admin: Client
let operations: Client
let auditor: Client

beforeAll(async () => {
  ;({ product, sandbox } = await startPlatform({ worker: false }))
  admin = await product.as('platform/PLATFORM_ADMIN', { sub: 'admin-123' })
  operations = await product.as('platform/OPS_ADMIN', { sub: 'ops-1' })
  auditor = await product.as('kernel/auditor')
}, 120_000)
afterAll(async () => {
  await product?.close()
  await sandbox?.drop()
})

const path = (key: string, what = '') => `/api/ops/system-config/${key}${what}`
const set = (
  key: string,
  value: unknown,
  reason: unknown = 'Tried out in the shop of a friend',
  by = admin,
) => by.send('PUT', path(key), { value, reason })
const rollBack = (key: string, version: unknown, reason: unknown = 'taken_back', by = admin) =>
  by.send('POST', path(key, '/rollback'), { version, reason })
const currentOf = async (key: string) => (await operations.get(path(key))).body.data.config_value
const historyOf = async (key: string) => (await operations.get(path(key, '/history'))).body.data
async function attempts(): Promise<number> {
  const { body } = await auditor.get('/v1/audit?kind=security&limit=200')
  return body.entries.filter(
    (entry: { detail: { code?: string }; severity: string; event_sub_type: string }) =>
      entry.detail.code === 'financial_config' &&
      entry.severity === 'HIGH' &&
      entry.event_sub_type === 'UNAUTHORIZED_ACCESS_ATTEMPT',
  ).length
}

test('P-08 P-12 a value is changed with why, and its history says who, what and why', async () => {
  expect(
    await admin.send('PUT', path('feature_flag_qr'), { value: true, reason: 'Enable QR payments' }),
  ).toMatchObject({
    status: 200,
    body: { success: true, note: NOTE, state: 'executed', message: 'Configuration updated' },
  })
  const { body } = await operations.get(path('feature_flag_qr'))
  expect(body).toMatchObject({
    ...{ success: true, note: NOTE },
    data: {
      ...{
        config_key: 'feature_flag_qr',
        config_value: true,
        category: 'feature_flags',
        is_financial: false,
      },
      ...{ version: 2, updated_by: 'admin-123', schema: { type: 'flag' } },
    },
  })
  expect(await historyOf('feature_flag_qr')).toMatchObject([
    {
      ...{ version: 2, old_value: false, new_value: true, changed_by: 'admin-123' },
      ...{ change_reason: 'Enable QR payments', reason_code: 'other' },
    },
    { version: 1, old_value: null, new_value: false, changed_by: null, change_reason: 'delivered' },
  ])
  // The record shows them as well, as far as they are read with it.
  expect((await operations.get('/v1/entities/config/feature_flag_qr')).body.data.history).toMatchObject([
    { version: 2, value: true, changed_by: 'admin-123' },
    { version: 1, value: false, changed_by: null },
  ])
  expect(await set('feature_flag_qr', true)).toMatchObject({ status: 409, body: { code: 'nothing_changed' } })
  const { body: log } = await auditor.get('/v1/audit?target=config/feature_flag_qr')
  expect(log.entries.map((entry: { outcome: string }) => entry.outcome)).toContain('executed')
})

test('P-08 before it is confirmed, a change shows what is and what will be', async () => {
  const { body } = await operations.post('/v1/actions/platform.change_config/preview', {
    ...{ target: { kind: 'config', id: 'webhook_timeout' }, input: { value: '7s' } },
  })
  expect(body).toMatchObject({
    changes: [{ label: 'webhook_timeout', before: '5s', after: '7s' }],
    preview_digest: expect.any(String),
  })
  expect(await currentOf('webhook_timeout')).toBe('5s')
})

test('P-08 P-11 P-12 what is financial is not listed, read, changed or rolled back: 403, the same whatever is sent, and each a security event', async () => {
  const { body: listed } = await operations.get('/api/ops/system-config?limit=200')
  expect(listed).toMatchObject({ success: true, note: NOTE, next_cursor: null })
  expect(listed.data.every((one: { is_financial: boolean }) => one.is_financial === false)).toBe(true)
  expect(JSON.stringify(listed.data)).not.toMatch(/settlement|payout|fee_/)

  const before = await attempts()
  const key = 'settlement_timing'
  const answers: Answer[] = [
    await admin.send('PUT', path(key), { value: '2d' }),
    await admin.send('PUT', path(key), { value: '1d', reason: 'It is that already' }),
    await admin.send('PUT', path(key), { value: 7, reason: '' }),
    await admin.send('PUT', path(key), {}),
    await operations.get(path(key)),
    await operations.get(path(key, '/history')),
    await rollBack(key, 1),
    await rollBack(key, 99, ''),
  ]
  const { rows } = await product.superuser.query(
    'SELECT config_key FROM platform.system_config WHERE is_financial',
  )
  expect(rows.length).toBeGreaterThan(2)
  for (const { config_key } of rows) answers.push(await set(config_key, 1))
  for (const { status, body } of answers) {
    const { instance: _path, request_id: _id, ...said } = body
    expect([status, said]).toEqual([
      403,
      {
        ...{
          type: 'urn:countersign:problem:financial_config',
          title: 'Forbidden',
          status: 403,
          success: false,
        },
        ...{
          error: 'Cannot modify financial configuration',
          detail: 'Cannot modify financial configuration',
        },
        ...{ message: 'Financial configs require FINANCE_ADMIN role', code: 'financial_config', note: NOTE },
      },
    ])
  }
  expect(await attempts()).toBe(before + answers.length)
  const { rows: now } = await product.superuser.query(
    `SELECT config_value, version FROM platform.system_config WHERE config_key = 'settlement_timing'`,
  )
  expect(now).toEqual([{ config_value: '1d', version: 1 }])
  // Nor by the paths that every console has.
  expect((await operations.get(`/v1/entities/config/${key}`)).status).toBe(404)
  for (const what of ['', '/preview']) {
    const refused = await admin.post(`/v1/actions/platform.change_config${what}`, {
      ...{ target: { kind: 'config', id: key }, input: { value: '2d' }, reason: { code: 'tuning' } },
    })
    expect(refused).toMatchObject({ status: 403, body: { code: 'financial_config' } })
    expect(refused.text).not.toMatch(/\b1d\b/)
  }
})

test('P-08 I12 the server’s own login sees no financial row and changes none of any, nor does what serves the log', async () => {
  for (const role of ['app', 'auditor'] as const) {
    const pool = product.database.pool(role)
    for (const table of ['system_config', 'config_history']) {
      const { rows } = await pool.query(`SELECT DISTINCT config_key FROM platform.${table}`)
      expect(rows.length).toBe(Object.keys(configForms).length)
      expect(JSON.stringify(rows)).not.toMatch(/settlement|payout|fee_/)
    }
    for (const statement of [
      `UPDATE platform.system_config SET config_value = '"2d"'`,
      `UPDATE platform.system_config SET is_financial = false`,
      `DELETE FROM platform.config_history`,
      `INSERT INTO platform.system_config (config_key, config_value, category, is_financial, description) VALUES ('x', '1', 'x', false, 'x')`,
      `SET ROLE countersign_owner`,
    ]) {
      await expect(pool.query(statement), statement).rejects.toMatchObject({ code: '42501' })
    }
  }
  for (const role of ['dispatcher', 'sequencer', 'signer'] as const) {
    await expect(product.database.pool(role).query('TABLE platform.system_config')).rejects.toMatchObject({
      code: '42501',
    })
  }
  // Not even an event of the owner's own.
  await expect(
    product.superuser.query(
      `INSERT INTO kernel.event (event_id, stream, version, type, schema_version, source, actor_id, request_id, payload, occurred_at)
       VALUES (gen_random_uuid(), 'platform.config/settlement_timing', 1, 'platform.config.changed', 1, 'countersign', 'admin-123',
               gen_random_uuid(), '{"value": "2d", "version": 2, "schema_version": 1}', now())`,
    ),
  ).rejects.toMatchObject({ code: 'CS403', constraint: 'financial_config' })
})

test.each([
  ['feature_flag_qr', 'yes', 'value', /true, false, or/],
  ['feature_flag_qr', { enabled: true, percent: 101 }, 'value', /from 0 to 100/],
  ['feature_flag_qr', { enabled: true, percent: 1.5 }, 'value', /whole number/],
  ['feature_flag_qr', { enabled: true, percent: 10, for: 'me' }, 'value', /percent/],
  ['feature_flag_qr', null, 'value', /true, false/],
  ['api_deprecations_announced', 'true', 'value', /true or false/],
  ['webhook_attempts', 0, 'value', /from 1 to 20/],
  ['webhook_attempts', 2.5, 'value', /whole number/],
  ['webhook_attempts', '8', 'value', /whole number/],
  ['checkout_timeout', '3h', 'value', /from 1m to 2h/],
  ['checkout_timeout', 900, 'value', /in ms, s, m, h or d/],
  ['checkout_timeout', '15 m', 'value', /duration/],
  ['gateway_degraded_rate', 92.123, 'value', /two decimals/],
  ['gateway_degraded_rate', 49.99, 'value', /from 50 to 100/],
  ['checkout_layout', 'round', 'value', /one of compact, wide, steps/],
  ['maintenance_window', { day: 'sunday', from: '02:00' }, 'value.to', /such as 02:00/],
  ['maintenance_window', { day: 'someday', from: '02:00', to: '04:00' }, 'value.day', /one of monday/],
  ['maintenance_window', { day: 'sunday', from: '02:00', to: '24:00' }, 'value.to', /such as/],
  ['maintenance_window', [], 'value', /object with day, from, to/],
] as const)(
  'P-08 %s is not set to %j: 400 with the field and what is allowed',
  async (key, value, field, why) => {
    const before = await currentOf(key)
    const refused = await set(key, value)
    expect(refused).toMatchObject({ status: 400, body: { success: false, errors: [{ field }] } })
    expect(refused.body.errors[0].message).toMatch(why)
    expect(await currentOf(key)).toEqual(before)
  },
)

test('P-08 a change says its value and why; a key that is not there is 404', async () => {
  expect(await admin.send('PUT', path('webhook_attempts'), {})).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'value' }, { field: 'reason' }] },
  })
  expect(await set('webhook_attempts', 9, '  ')).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'reason' }] },
  })
  expect(
    await admin.send('PUT', path('webhook_attempts'), { value: 9, reason: 'x', is_financial: true }),
  ).toMatchObject({ status: 400, body: { errors: [{ field: 'is_financial' }] } })
  expect(await set('webhook_attempts', 9, 7)).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'reason' }] },
  })
  expect((await set('no_such_key', 1)).status).toBe(404)
  expect((await operations.get(path('no_such_key'))).status).toBe(404)
  expect((await operations.get(path('no_such_key', '/history'))).status).toBe(404)
  for (const [query, field] of [
    ['limit=0', 'limit'],
    ['category=%00', 'category'],
    ['cursor=x', 'cursor'],
    ['is_financial=true', 'is_financial'],
  ] as const) {
    expect(await operations.get(`/api/ops/system-config?${query}`)).toMatchObject({
      status: 400,
      body: { errors: [{ field }] },
    })
  }
  const merchant = await product.as('platform/MERCHANT')
  expect((await merchant.get('/api/ops/system-config')).status).toBe(403)
  expect((await set('webhook_attempts', 9, 'tuning', merchant)).status).toBe(403)
})

test('P-08 any version is taken back as a further one, and what it may hold by now decides', async () => {
  const key = 'webhook_attempts'
  for (const value of [9, 10, 11]) expect((await set(key, value, 'tuning', operations)).status).toBe(200)
  expect(await rollBack(key, 2)).toMatchObject({
    status: 200,
    body: { success: true, message: 'Configuration rolled back', note: NOTE },
  })
  expect(await historyOf(key)).toMatchObject([
    { version: 5, old_value: 11, new_value: 9, rolled_back_to: 2, reason_code: 'taken_back' },
    ...[{ version: 4 }, { version: 3 }, { version: 2 }, { version: 1 }],
  ])
  expect((await rollBack(key, 1)).status).toBe(200)
  expect(await currentOf(key)).toBe(8)
  expect(await rollBack(key, 1)).toMatchObject({ status: 409, body: { code: 'nothing_changed' } })
  for (const version of [7, 99]) {
    expect(await rollBack(key, version)).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'version', message: expect.stringContaining('1 to 6') }] },
    })
  }
  for (const version of [0, -1, 1.5, '1', 3e9, null]) {
    expect(await rollBack(key, version)).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'version' }] },
    })
  }
  expect(await rollBack(key, 2, ' ')).toMatchObject({ status: 400, body: { errors: [{ field: 'reason' }] } })

  // As under a version of the product that kept it in another form, and as one whose bounds were wider.
  await product.superuser.query(`
    ALTER TABLE platform.config_history DISABLE TRIGGER refuse_change;
    UPDATE platform.config_history SET schema_version = 0 WHERE config_key = '${key}' AND version = 2;
    UPDATE platform.config_history SET new_value = '50' WHERE config_key = '${key}' AND version = 3;
    ALTER TABLE platform.config_history ENABLE ALWAYS TRIGGER refuse_change;`)
  for (const version of [2, 3]) {
    expect(await rollBack(key, version)).toMatchObject({
      status: 409,
      body: { code: 'schema_changed', error: expect.stringContaining(`PUT /api/ops/system-config/${key}`) },
    })
  }
  expect(await currentOf(key)).toBe(8)

  // Its history page by page.
  const { body: first } = await operations.get(path(key, '/history?limit=4'))
  const { body: rest } = await operations.get(path(key, `/history?limit=4&cursor=${first.next_cursor}`))
  expect([...first.data, ...rest.data].map(({ version }) => version)).toEqual([6, 5, 4, 3, 2, 1])
  expect(rest.next_cursor).toBeNull()
})

test('P-08 a change is taken back as any action is, and says which it takes back', async () => {
  const key = 'checkout_layout'
  const changed = await set(key, 'wide', 'tuning')
  const target = { kind: 'config', id: key }
  const undone = await admin.post('/v1/actions/platform.roll_back_config', {
    ...{ target, input: { version: 1 }, reason: { code: 'taken_back' }, undoes: changed.body.id },
  })
  expect(undone).toMatchObject({ status: 200, body: { state: 'executed', undoes: changed.body.id } })
  expect(await currentOf(key)).toBe('compact')
})

test('P-08 of many changes at once each is one version, and none is lost', async () => {
  const key = 'gateway_timeout'
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, n) => set(key, `${20 + n}s`, 'tuning', n % 2 ? admin : operations)),
  )
  const done = answers.filter(({ status }) => status === 200).length
  expect(answers.every(({ status }) => [200, 409].includes(status))).toBe(true)
  expect(done).toBeGreaterThan(0)
  const history = await historyOf(key)
  expect(history.map(({ version }: { version: number }) => version)).toEqual(
    Array.from({ length: done + 1 }, (_, n) => done + 1 - n),
  )
  for (const [at, row] of history.slice(0, -1).entries())
    expect(row.old_value).toBe(history[at + 1].new_value)
})

test('P-08 every key that operations see has a form, which its value as delivered is of; none that is financial has', async () => {
  const { rows } = await product.superuser.query(
    `SELECT config_key, is_financial, h.new_value FROM platform.system_config c
       JOIN platform.config_history h USING (config_key) WHERE h.version = 1`,
  )
  for (const { config_key: key, is_financial: financial, new_value: value } of rows) {
    const form = configForms[key]
    expect([key, form === undefined]).toEqual([key, financial])
    if (form) expect([key, configFault(form, value)]).toEqual([key, undefined])
  }
})

test('P-08 a flag is rolled out by share: the same subjects each time, about so many, and all of them still when it grows', async () => {
  const pool = product.database.pool('app')
  const subjects = Array.from({ length: 400 }, (_, n) => `mer_${n}`)
  const having = async (flag: string) => {
    const { rows } = await pool.query<{ id: string }>(
      'SELECT id FROM unnest($2::text[]) AS id WHERE platform.has_feature($1, id)',
      [flag, subjects],
    )
    return new Set(rows.map(({ id }) => id))
  }
  const flag = 'feature_flag_wallets'
  let before = new Set<string>()
  for (const percent of [1, 10, 20, 50, 99, 100]) {
    if (percent !== 10) await set(flag, { enabled: true, percent }, 'rollout')
    else await rollBack(flag, 1)
    const now = await having(flag)
    expect(await having(flag)).toEqual(now)
    expect([...before].filter((id) => !now.has(id))).toEqual([])
    // 400 tries with that chance, five deviations off at most.
    const expected = 4 * percent
    expect(Math.abs(now.size - expected)).toBeLessThanOrEqual(5 * Math.sqrt(expected * (1 - percent / 100)))
    before = now
  }
  expect(await hasFeature(pool, flag, 'mer_1')).toBe(true)
  await set(flag, { enabled: true, percent: 0 }, 'rollout')
  expect((await having(flag)).size).toBe(0)
  await set(flag, { enabled: false, percent: 100 }, 'rollout')
  expect((await having(flag)).size).toBe(0)
  await set(flag, true, 'rollout')
  expect((await having(flag)).size).toBe(400)
  // Each flag its own order, so that the first to try are not always the same.
  await set(flag, { enabled: true, percent: 50 }, 'rollout')
  await set('feature_flag_saved_cards', { enabled: true, percent: 50 }, 'rollout')
  expect(await having(flag)).not.toEqual(await having('feature_flag_saved_cards'))
  expect(await hasFeature(pool, 'no_such_flag', 'mer_1')).toBe(false)
  expect(await hasFeature(pool, 'webhook_attempts', 'mer_1')).toBe(false)
})
