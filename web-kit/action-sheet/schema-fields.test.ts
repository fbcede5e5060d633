import type { JsonSchema } from '@countersign/sdk/wire/actions.ts'
import { describe, expect, test } from 'vitest'
import { missingFields, placeTitle, schemaDefaults, schemaFields, sentInput } from './schema-fields.ts'

const schema = {
  type: 'object',
  required: ['amount', 'scope', 'case'],
  properties: {
    amount: { type: 'object', properties: { amount: { type: 'string' }, currency: { type: 'string' } } },
    scope: { enum: ['all_banks', 'one_bank'] },
    override_hit_id: { anyOf: [{ type: 'string', maxLength: 128 }, { type: 'null' }] },
    note: { type: 'string', maxLength: 500 },
    days: { type: ['integer', 'null'], minimum: 1 },
    case: { const: 'book' },
    methods: { type: 'array', items: { enum: ['card', 'wallet'] } },
    steps: { type: 'array', items: { type: 'object' } },
    confirm: { type: 'boolean', default: false },
    until: { anyOf: [{ type: 'string', format: 'date-time' }, { type: 'null' }] },
  },
}

describe('X-04 the form follows from the declaration', () => {
  test('X-04 each kind of member has its control', () => {
    expect(schemaFields(schema).map(({ name, control }) => [name, control])).toEqual([
      ['amount', 'money'],
      ['scope', 'choice'],
      ['override_hit_id', 'text'],
      ['note', 'long_text'],
      ['days', 'number'],
      ['methods', 'several'],
      ['steps', 'many'],
      ['confirm', 'yes_no'],
      ['until', 'instant'],
    ])
  })

  test('X-04 a member without a title is named in words', () => {
    expect(schemaFields(schema).find(({ name }) => name === 'override_hit_id')?.title).toBe('Override hit id')
  })

  test('X-04 constants and defaults are filled in, and what else is required is asked for', () => {
    const start = schemaDefaults(schema)
    expect(start).toEqual({ case: 'book', confirm: false })
    expect(missingFields(schema, start)).toEqual(['amount', 'scope'])
    expect(
      missingFields(schema, { ...start, scope: 'one_bank', amount: { amount: '1', currency: 'USD' } }),
    ).toEqual([])
  })

  test('X-04 an optional field left empty is not sent, zero and false are', () => {
    expect(sentInput({ a: '', b: null, c: 0, d: false, e: 'x' })).toEqual({ c: 0, d: false, e: 'x' })
  })
})

describe('X-04 what is required and holds nothing is found wherever it stands', () => {
  const roster: JsonSchema = {
    type: 'object',
    required: ['entries'],
    properties: {
      entries: {
        type: 'array',
        title: 'On call',
        minItems: 1,
        items: {
          type: 'object',
          required: ['person', 'order'],
          properties: {
            person: { type: 'string', minLength: 1, title: 'Person' },
            order: { type: 'integer' },
            note: { type: 'string' },
          },
        },
      },
    },
  }

  test('X-04 a list of nobody, a person who is not chosen, a member that is not there', () => {
    expect(missingFields(roster, {})).toEqual(['entries'])
    expect(missingFields(roster, { entries: [] })).toEqual(['entries'])
    const entries = [{ person: 'ann', order: 1, note: '' }, { person: '' }]
    expect(missingFields(roster, { entries })).toEqual(['entries.1.person', 'entries.1.order'])
    expect(missingFields(roster, { entries: [{ person: 'ann', order: 1 }] })).toEqual([])
  })

  test('X-04 a place is called what the form calls it', () => {
    expect(placeTitle(roster, ['entries', '1', 'person'])).toBe('On call 2, Person')
    expect(placeTitle(roster, ['entries'])).toBe('On call')
    expect(placeTitle(roster, ['nothing'])).toBeUndefined()
  })
})
