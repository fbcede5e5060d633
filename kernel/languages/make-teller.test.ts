import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../personal-data/canonical-json.ts'
import { english, makeTeller } from './make-teller.ts'
import { ENGLISH } from './reader.ts'
import { counted, fromWritten, say, together, written } from './say.ts'

const amount = { amount: '-1204567.50', currency: 'USD' }
const returned = say`${amount} went to ${'Société Générale'} at ${new Date('2026-03-01T09:30:00Z')}.`
const waiting = (n: number) => say`It waits for ${counted(n, 'one {# signature} other {# signatures}')}.`
const named = (names: readonly string[]) => say`${names} agree.`

const teller = makeTeller([
  {
    fr: {
      [returned.say]: '{0} ont été envoyés à {1} le {2}.',
      [waiting(1).say]:
        '{0, plural, one {Il manque # signature} many {Il manque # de signatures} other {Il manque # signatures}}.',
      'It failed: {0}': 'Échec : {0}',
    },
    ar: {
      [returned.say]: 'أُرسل {0} إلى {1} في {2}.',
      [waiting(1).say]:
        '{0, plural, zero {لا توقيع} one {توقيع واحد} two {توقيعان} few {# توقيعات} many {# توقيعًا} other {# توقيع}} مطلوب.',
    },
  },
])
const french = { language: 'fr' } as const
const arabic = { language: 'ar' } as const

describe('X-08 a sentence is told in the language of its reader', () => {
  test('X-08 in English it reads as it stands in the source, moments as programs read them', () => {
    expect(english(returned)).toBe(
      '-1\u202f204\u202f567.50 USD went to Société Générale at 2026-03-01T09:30:00.000Z.',
    )
    expect([1, 2].map((n) => english(waiting(n)))).toEqual([
      'It waits for 1 signature.',
      'It waits for 2 signatures.',
    ])
    expect(english(named(['A', 'B', 'C']))).toBe('A, B and C agree.')
    expect(english('a name')).toBe('a name')
  })

  test('X-08 money and moments are written as the language writes them, the zone named', () => {
    expect(teller.tell(returned, { ...french, timeZone: 'Europe/Paris' })).toBe(
      '\u22121\u202f204\u202f567,50\u00a0USD ont été envoyés à Société Générale le 1 mars 2026, 10:30:00 UTC+1.',
    )
  })

  test('X-08 a figure has the decimals that it is said with, written as the language writes them', () => {
    const score = say`${{ figure: 0.5, decimals: 3 }}`
    expect([english(score), teller.tell(score, french), teller.tell(score, arabic)]).toEqual([
      '0.500',
      '0,500',
      '0.500',
    ])
    expect(english({ say: '{0}', with: [{ figure: 1, decimals: 1_000 }] })).toBe('')
  })

  test('X-08 in Arabic digits stay Latin, and every value keeps its own direction', () => {
    const told = teller.tell(returned, arabic)
    expect(told).toContain('1,204,567.50\u00a0USD\u2069')
    expect(told).toContain('\u2068Société Générale\u2069')
    expect(told).not.toMatch(/[\u0660-\u0669]/)
  })

  test('X-08 what stands in a row has the commas of the language', () => {
    const row = together(['a', waiting(1), 'c'], ', ')
    expect(english(row)).toBe('a, It waits for 1 signature., c')
    expect(teller.tell(row, arabic)).toMatch(/^\u2068a\u2069\u060c .+\u060c \u2068c\u2069$/)
    expect(teller.tell(together(['a', 'b'], '; '), arabic)).toBe('\u2068a\u2069\u061b \u2068b\u2069')
  })

  test.each([
    [0, 'لا توقيع مطلوب.'],
    [1, 'توقيع واحد مطلوب.'],
    [2, 'توقيعان مطلوب.'],
    [3, '3 توقيعات مطلوب.'],
    [11, '11 توقيعًا مطلوب.'],
    [100, '100 توقيع مطلوب.'],
  ])('X-08 a plural has the forms of its language: %i', (n, told) => {
    expect(teller.tell(waiting(n), arabic)).toBe(told)
  })

  test('X-08 what is said within a sentence is told with it, and what nobody has translated is English', () => {
    expect(teller.tell(say`It failed: ${waiting(2)}`, french)).toBe('Échec : Il manque 2 signatures.')
    expect(teller.tell(say`It failed: ${say`nobody knows why`}`, french)).toBe('Échec : nobody knows why')
  })

  test('X-08 everything said in an answer is told, wherever it stands; the rest is as it was', () => {
    const body = { id: 'x', list: [{ title: waiting(1) }], with: ['{0}'], say: 'hello', n: 1, none: null }
    expect(JSON.parse(teller.json(body, french))).toEqual({
      ...body,
      list: [{ title: 'Il manque 1 signature.' }],
    })
    const stored = JSON.stringify(body).replaceAll('":', '": ')
    expect(teller.retell(stored, french)).toBe(teller.json(body, french))
    expect(teller.retell('{"as": "it was"}', french)).toBe('{"as": "it was"}')
  })

  test('X-08 what was stored by others and only looks like a sentence stops nobody', () => {
    const odd = {
      say: '{0} {1} {2} {3} {9}',
      with: [null, { at: 'never' }, { amount: 'x', currency: 'y' }, {}],
    }
    expect(teller.json({ odd }, arabic)).toContain('never')
    expect(teller.json({ odd: { say: "'{0", with: [] } }, french)).toBe(`{"odd":"'{0"}`)
    expect(teller.json({ odd: { say: '{0, plural, nonsense', with: [1] } }, ENGLISH)).toContain('nonsense')
  })
})

test('X-08 I3 what is kept and signed of a sentence is the same in every language, and can stand in a column of text', () => {
  expect(canonicalJson(returned)).toBe(
    '{"say":"{0} went to {1} at {2}.","with":[{"amount":"-1204567.50","currency":"USD"},"Société Générale",{"at":"2026-03-01T09:30:00.000Z"}]}',
  )
  expect(fromWritten(written(returned))).toEqual(returned)
  expect(fromWritten(written('the target has changed'))).toBe('the target has changed')
  expect(fromWritten('{"say":')).toBe('{"say":')
})

test('X-08 texts that follow one another are one text', () => {
  expect(english(together([waiting(1), 'R01'], ' → '))).toBe('It waits for 1 signature. → R01')
})

test('X-08 one sentence is told in one way', () => {
  const catalogues = (told: string) => ({ fr: { Door: told }, ar: {} })
  expect(() => makeTeller([catalogues('Porte'), catalogues('Portail')])).toThrow('"Door"')
})

test('X-08 a name that ends with a dot ends the sentence with it, and no second one stands behind', () => {
  const sentence = (name: string) => say`It goes to ${name}. Then it is over.`
  expect(english(sentence('Gulf Pearl Trading W.L.L.'))).toBe(
    'It goes to Gulf Pearl Trading W.L.L. Then it is over.',
  )
  expect(english(sentence('Acme'))).toBe('It goes to Acme. Then it is over.')
  expect(english(say`Among them ${['Acme', 'Banca S.L.']}.`)).toBe('Among them Acme and Banca S.L.')
  const told = makeTeller([{ fr: {}, ar: { 'It goes to {0}. Then it is over.': 'إلى {0}. ثم انتهى.' } }])
  expect(told.tell(sentence('W.L.L.'), arabic)).not.toContain('.\u2069.')
})

test('X-08 K-11 a name adds no line to the sentence it stands in, and turns none of it round', () => {
  const name = 'Anna \u202egnp.exe\n\nApproved by the bank \u2069'
  expect(english(say`It goes to ${name}. Look twice.`)).toBe(
    'It goes to Anna  gnp.exe Approved by the bank. Look twice.',
  )
  expect(english(say`Among them ${['Acme', 'B\nC']}.`)).toBe('Among them Acme and B C.')
  const told = makeTeller([{ fr: {}, ar: { 'It goes to {0}.': 'إلى {0}.' } }])
  expect(told.tell(say`It goes to ${'\u2069A\u2066'}.`, arabic)).toBe('إلى \u2068A\u2069.')
})

test('X-08 what a name is made of never bends the sentence around it', () => {
  const sentence = (name: string) => say`It goes to ${name}. Then ${name} has it.`
  for (const name of ["Zed $'.", 'Zed $`.', 'Pay$$ Inc.', '$& Co.', '.', '{1}.', 'A\ue000.B', '..']) {
    const plain = name.replaceAll('\ue000', '')
    expect(english(sentence(name)), name).toBe(
      `It goes to ${plain}${plain.endsWith('.') ? '' : '.'} Then ${plain} has it.`,
    )
  }
})
