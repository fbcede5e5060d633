import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareNames } from './compare-names.ts'
import { foldName, type NameKind } from './fold-name.ts'
import { MATCH_FROM } from './match-from.ts'

const compare = (screened: string, listed: string, kind: NameKind = 'person') =>
  compareNames(foldName(screened, kind), foldName(listed, kind), kind)
const score = (screened: string, listed: string, kind: NameKind = 'person') =>
  compare(screened, listed, kind).score
const marks = (screened: string, listed: string) =>
  compare(screened, listed).screened.map(({ text, match, why }) => [text, why ?? match])

describe('what a name is compared by', () => {
  test('T-13 order, case, accents and punctuation make no difference', () => {
    expect(score('Delgado Ruiz, María-José', 'MARIA JOSE DELGADO RUIZ')).toBe(1)
    expect(score("O'Brien", 'OBRIEN')).toBe(1)
  })

  test.each([
    ['Mohamed Al-Rashid', 'Muhammad AL RASHEED'],
    ['Abderrahmane Naceur', 'Abd al-Rahman Nasir'],
    ['Seif Eddine Gharbi', 'Sayf al-Din Gharbi'],
    ['Сергей Кузнецов', 'KUZNETSOV, Sergey'],
    ['Юлія Шевченко', 'Yulia Shevchenko'],
    ['Γιώργος Παπαδόπουλος', 'Giorgos Papadopoulos'],
    ['محمد حسين القاسم', 'Muhammad Husayn al-Qasim'],
    ['حسین رضایی', 'Hossein Rezaei'],
  ])('T-13 %s is %s in another alphabet or spelling', (screened, listed) => {
    expect(score(screened, listed)).toBeGreaterThanOrEqual(MATCH_FROM)
    expect(score(listed, screened)).toBeCloseTo(score(screened, listed), 10)
  })

  test.each([
    ['Meridian Shipping Co. Ltd.', 'MERIDIAN SHIPPING GmbH'],
    ['ООО Северстрой', 'SEVERSTROY LLC'],
    ['Andina S.A.', 'ANDINA SOCIEDAD ANONIMA'],
    ['U.S.T. Metals', 'UST METALS'],
  ])('T-13 %s and %s are one company, whatever its form is called', (screened, listed) => {
    expect(score(screened, listed, 'other')).toBeGreaterThanOrEqual(MATCH_FROM)
  })

  test.each([
    ['one word of several', 'Ali Hassan', 'Hassan Rouhi Tabrizi', 'person'],
    ['an initial alone', 'J. R. Castellanos', 'Juan Ramon Castellanos', 'person'],
    ['nothing but particles', 'Abu Bakr al-Din', 'Abu Nidal al-Din', 'person'],
    ['another number', 'Ocean Fund 2 LP', 'Ocean Fund 3 LP', 'other'],
    ['words of every trade', 'Delta Holding Group', 'Alpha Holding Group', 'other'],
  ] as const)('T-13 %s is not enough', (_what, screened, listed, kind) => {
    expect(score(screened, listed, kind)).toBeLessThan(MATCH_FROM)
  })

  test('T-13 Sa and Ag are forms of company, and names of people', () => {
    expect(score('Thomas Sa', 'Thomas', 'other')).toBeGreaterThan(MATCH_FROM)
    expect(score('Thomas Sa', 'Thomas', 'person')).toBeLessThan(MATCH_FROM)
  })

  test('T-13 a slip of the hand is forgiven in a long word, and makes another name of a short one', () => {
    expect(score('Rodrigo Fernadnez', 'Rodrigo Fernandez')).toBeGreaterThanOrEqual(MATCH_FROM)
    expect(score('Kim Jo', 'Kim Il')).toBeLessThan(MATCH_FROM)
  })
})

describe('what is said of each word', () => {
  test('T-06 same, close and why, different', () => {
    expect(marks('Mohamed Yusuf Al-Rashid Farouk', 'AL RASHEED, Muhammad Yusuf')).toEqual([
      ['Mohamed', 'transliteration'],
      ['Yusuf', 'same'],
      ['Al', 'same'],
      ['Rashid', 'transliteration'],
      ['Farouk', 'different'],
    ])
    expect(marks('Rodrigo Fernadnez', 'Rodrigo Fernandez')[1]).toEqual(['Fernadnez', 'spelling'])
    expect(marks('Juan R. Castellanos', 'Juan Ramon Castellanos')[1]).toEqual(['R', 'initial'])
    expect(marks('Kim Yongchol', 'KIM, Yong Chol')[1]).toEqual(['Yongchol', 'joined'])
    expect(marks('خالد منصور', 'Khalid Mansour')[0]).toEqual(['خالد', 'vowels'])
  })

  test('T-06 a close word says what stands in its place', () => {
    const [mohamed, yongchol] = compare('Mohamed Yongchol', 'KIM, Yong Chol Muhammad').screened
    expect([mohamed?.beside, yongchol?.beside]).toEqual(['Muhammad', 'Yong Chol'])
  })

  test('T-06 each part is where it says in the name as it was given', () => {
    const name = 'محمد Al‑Qāsim, Seif‑Eddine J. R. O’Brien Abdurrahman'
    for (const { text, at } of compare(name, 'Abd al-Rahman').screened) {
      expect(name.slice(at, at + text.length)).toBe(text)
    }
  })
})

test('T-13 a name is like itself and like no other order of its words less, and comparing has no direction', () => {
  const word = fc.stringMatching(/^[A-Z][a-z]{2,9}$/)
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 2, maxLength: 5 }),
      fc.array(word, { minLength: 1, maxLength: 5 }),
      (a, b) => {
        expect(score(a.join(' '), [...a].reverse().join(' '))).toBeCloseTo(1, 6)
        const one = score(a.join(' '), b.join(' '))
        expect(one).toBeGreaterThanOrEqual(0)
        expect(one).toBeLessThanOrEqual(1)
        expect(score(b.join(' '), a.join(' '))).toBeCloseTo(one, 6)
      },
    ),
    { numRuns: 200 },
  )
})

test('T-13 any text at all is compared without fault', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      (a, b) => {
        expect(score(a, b)).toBeLessThanOrEqual(1)
        expect(score(b, a, 'other')).toBeGreaterThanOrEqual(0)
      },
    ),
    { numRuns: 300 },
  )
})

test('S-14 on labelled pairs F1 is at least 0.85', () => {
  type Pair = { kind: NameKind; screened: string; listed: string; same: 'yes' | 'no' }
  const pairs: Pair[] = parse(readFileSync(new URL('./labelled-pairs.csv', import.meta.url)), {
    columns: true,
  })
  const told = pairs.map((pair) => ({
    same: pair.same === 'yes',
    found: score(pair.screened, pair.listed, pair.kind) >= MATCH_FROM,
  }))
  const count = (same: boolean, found: boolean) =>
    told.filter((one) => one.same === same && one.found === found).length
  const right = count(true, true)
  expect(pairs.length).toBeGreaterThan(100)
  expect((2 * right) / (2 * right + count(false, true) + count(true, false))).toBeGreaterThanOrEqual(0.85)
})
