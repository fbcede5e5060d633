import { Personal } from '@countersign/kernel/events/ingest-source.ts'
import type { Json } from '@countersign/kernel/personal-data/canonical-json.ts'
import { stagedFileSchema } from '@countersign/transfers/cts/staged-file.ts'
import { exceptionSchema, statementSchema } from '@countersign/transfers/exception/exception.ts'
import { hitSchema } from '@countersign/transfers/hit/hit.ts'
import { postingSchema } from '@countersign/transfers/ledger/posting.ts'
import { partySchema } from '@countersign/transfers/party/party.ts'
import { transferSchema } from '@countersign/transfers/transfer/transfer.ts'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { declarations } from './declarations.ts'

type JsonSchema = {
  type?: string
  const?: unknown
  enum?: unknown[]
  format?: string
  pattern?: string
  properties?: Record<string, JsonSchema>
  items?: JsonSchema
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  'x-personal-data'?: string
}

/** What upstreams tell of, and an event that tells it; `undefined`: never an event. */
const RECORDS: Record<string, { schema: z.ZodType; source?: string; type?: string }> = {
  transfer: { schema: transferSchema, source: 'cts', type: 'transfers.returned' },
  party: { schema: partySchema, source: 'compliance', type: 'party.updated' },
  hit: { schema: hitSchema, source: 'compliance', type: 'hit.raised' },
  exception: { schema: exceptionSchema, source: 'recon', type: 'exception.raised' },
  statement: { schema: statementSchema, source: 'recon', type: 'statement.imported' },
  posting: { schema: postingSchema, source: 'ledger', type: 'posting.recorded' },
  file: { schema: stagedFileSchema },
}

/** Free text that is no personal data, each for a reason. What is added to a schema is classed, or comes here with its own. */
const NOT_PERSONAL: Record<string, Record<string, string>> = {
  transfer: {
    reference: 'the number by which both banks know the payment',
    trace_number: 'a number of the ACH operator',
    sec_code: 'a code of Nacha',
    'change.code': 'a code of Nacha',
    'return.code': 'a code of the rail',
    'return.original_trace': 'a number of the ACH operator',
    'return.trace_number': 'a number of the ACH operator',
    'return.dishonour.code': 'a code of Nacha',
    'return.dishonour.incorrect_field': 'the name of a field',
    'return.contest.code': 'a code of Nacha',
    'change.answer.code': 'a code of Nacha',
    'receiver.routing_number': 'the number of a bank',
    'on_file.routing_number': 'the number of a bank',
    'resubmission.entry_description': 'what every payment that is sent again carries',
  },
  party: { country: 'a country', freeze_reason: 'a code' },
  hit: {
    listed_name: 'of a published list',
    list: 'the name of a list',
    list_version: 'the version of a list',
    rule_id: 'the id of a rule',
  },
  exception: {
    reference: 'the number by which both banks know the payment',
    'candidates[].id': 'an id of ours',
    'candidates[].why': 'why the matching offers it',
    'candidates[].grounds[].ground': 'a word of the matching',
    'candidates[].grounds[].text':
      'what two references have in common; shown where it can be one, in no event',
    ...Object.fromEntries(
      ['candidates[].partners[]', 'partners[]'].flatMap((of) => [
        [`${of}.reference`, 'the number by which both banks know the payment; in no event'],
        [`${of}.from.name`, 'shown as on its transfer: a person’s redacted; in no event'],
        [`${of}.to.name`, 'likewise'],
        [`${of}.bound[].by`, 'the id of a person who works here'],
      ]),
    ),
    'write_off.account': 'an account of our own ledger',
    'write_off.account_name': 'the name of an account of our own ledger',
    settled_by: 'the id of a person who works here',
    'origin.assigned[].by': 'the id of a person who works here',
  },
  statement: {
    currency: 'a currency',
    bank_id: 'the bank’s number of the statement',
    reason: 'why the sums do not meet',
  },
  posting: {
    at: 'a time',
    description: 'the ledger’s own words for a kind of posting',
    'lines[].account': 'an account of our own ledger',
    'lines[].account_name': 'the name of an account of our own ledger',
  },
  file: {
    id: 'a digest',
    format: 'the name of a format',
    name: 'the name of a bank’s file',
    same_content_as: 'a digest',
  },
}

/** Shown as they are, on a record of which each reading is recorded: comparing them is its work. They are in no event. */
const SENSITIVE = {
  hit: ['screened_name', 'identifiers[].name', 'identifiers[].ours', 'identifiers[].theirs'],
}

/** Free text in what people ask for that is no personal data of a customer, each for a reason. */
const INPUTS_NOT_PERSONAL: Record<string, string> = {
  'kernel.change_approval_policy rules[].drift.fields[]': 'names of lines of a preview',
  'kernel.change_approval_policy rules[].eligible_roles[]': 'roles',
  'kernel.change_approval_policy rules[].when.requester_role': 'a role',
  'kernel.change_approval_policy rules[].when.scope': 'a word of the action',
  'kernel.change_roster entries[].person': 'the id of a person who works here',
  'kernel.change_roster entries[].zone': 'a time zone',
  'kernel.change_role role': 'a role',
  'kernel.lend_role role': 'a role',
  'kernel.grant_role role': 'a role',
  'kernel.revoke_role role': 'a role',
  'kernel.rotate_audit_key new_key': 'a public key',
  'kernel.save_view name': 'what a list is called by whoever made it',
  'kernel.share_view role': 'a role',
  'platform.add_allowlist entries[].cidr': 'a network, as the gate of the edge has to read it',
  'platform.add_allowlist entries[].name': 'what a network is called',
  'platform.change_allowlist entries[].cidr': 'a network, as the gate of the edge has to read it',
  'platform.change_allowlist entries[].name': 'what a network is called',
  'platform.create_merchant country': 'the code of a country',
  'platform.create_merchant legal_name': 'the registered name of a business',
  'platform.create_merchant name': 'the name of a business, as its customers know it',
  'platform.invite_user username':
    'the subject of the identity provider, which is no address (its form refuses one)',
  'transfers.report_refused_file message': 'our own sentence; what quotes the file is refused',
}

function freeText(schema: JsonSchema, path = ''): { path: string; schema: JsonSchema }[] {
  const variants = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]
  const within = (name: string) => (path === '' ? name : `${path}.${name}`)
  const found = [
    ...variants.flatMap((variant) => freeText(variant, path)),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, member]) =>
      isMoney(schema) ? [] : freeText(member, within(name)),
    ),
    ...(schema.items ? freeText(schema.items, `${path}[]`) : []),
  ]
  const bound = schema.const ?? schema.enum ?? schema.format ?? schema.pattern
  if (schema.type === 'string' && bound === undefined) found.push({ path, schema })
  return [...new Map(found.map((each) => [each.path, each])).values()]
}

const isMoney = ({ properties = {} }: JsonSchema) =>
  Object.keys(properties).toSorted().join() === 'amount,currency'
const jsonSchema = (schema: z.ZodType) =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema

/** A record in which every free text says where it stands. */
function marked(schema: JsonSchema, path = ''): unknown {
  const variant = [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])].toSorted(
    (one, other) => Object.keys(other.properties ?? {}).length - Object.keys(one.properties ?? {}).length,
  )[0]
  if (variant) return marked(variant, path)
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum[0]
  if (isMoney(schema)) return { amount: '1.00', currency: 'USD' }
  if (schema.properties) {
    return Object.fromEntries(
      Object.entries(schema.properties).map(([name, member]) => [
        name,
        marked(member, path === '' ? name : `${path}.${name}`),
      ]),
    )
  }
  if (schema.items) return [marked(schema.items, `${path}[]`)]
  switch (schema.type) {
    case 'string':
      if (schema.format === 'date-time') return '2026-03-02T09:00:00Z'
      if (schema.format === 'date') return '2026-03-02'
      return schema.pattern === undefined ? `text of ${path} here` : 'id_1'
    case 'boolean':
      return false
    default:
      return 1
  }
}

test.each(Object.keys(RECORDS))(
  'K-30 every text of a %s is classed as personal data, or said not to be',
  (kind) => {
    const record = RECORDS[kind]
    const entity = declarations.flatMap(({ entities }) => entities).find((each) => each.kind === kind)
    if (!record || !entity) throw new Error(`there is no ${kind}`)
    const classed = entity.personal.map(({ path }) => path)
    const sensitive = entity.sensitive ? (SENSITIVE[kind as keyof typeof SENSITIVE] ?? []) : []
    const texts = freeText(jsonSchema(record.schema)).map(({ path }) => path)
    expect(texts.toSorted()).toEqual(
      expect.arrayContaining([...sensitive, ...Object.keys(NOT_PERSONAL[kind] ?? {})].toSorted()),
    )
    const unsaid = texts.filter(
      (path) => !classed.includes(path) && !sensitive.includes(path) && !(path in (NOT_PERSONAL[kind] ?? {})),
    )
    expect(unsaid).toEqual([])
  },
)

test.each(Object.keys(RECORDS).filter((kind) => RECORDS[kind]?.source))(
  'K-30 of a %s an event holds in clear what is said not to be personal, and no other text',
  (kind) => {
    const { schema, source, type } = RECORDS[kind] ?? {}
    if (!schema || !source || !type) throw new Error(`nothing tells of a ${kind}`)
    const ingest = declarations.flatMap((console) => console.ingest).find((each) => each.source === source)
    const event = ingest?.map({
      ...{ id: 'evt_1', type, schema_version: 1, sequence: 1, occurred_at: '2026-03-02T09:00:00Z' },
      ...{
        subject: { kind, id: 'id_1' },
        subject_version: 1,
        refs: [],
        data: marked(jsonSchema(schema)) as Json,
      },
    })
    if (!event) throw new Error(`${type} is no event`)
    const clear = JSON.stringify(event, (_, value) => (value instanceof Personal ? 'sealed' : value))
    const said = [...clear.matchAll(/text of (.+?) here/g)].map((match) => match[1] ?? '')
    expect(said.length).toBeGreaterThan(0)
    expect([...new Set(said)].filter((path) => !(path in (NOT_PERSONAL[kind] ?? {})))).toEqual([])
  },
)

test('K-30 every text that an action takes is classed as personal data, or said not to be', () => {
  const texts = declarations
    .flatMap(({ actions }) => actions)
    .flatMap(({ name, inputSchema }) =>
      freeText(jsonSchema(inputSchema))
        .filter(({ schema }) => schema['x-personal-data'] === undefined)
        .map(({ path }) => `${name} ${path}`),
    )
  expect(texts.toSorted()).toEqual(Object.keys(INPUTS_NOT_PERSONAL).toSorted())
})
