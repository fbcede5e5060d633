import { COMPANIES, FAMILY_NAMES, GIVEN_NAMES } from '@countersign/sandbox/world/names.ts'
import { seededRandom } from '@countersign/sandbox/world/random.ts'

export type SeededName = { readonly kind: 'person' | 'company'; readonly name: string }

const LETTERS = Array.from('abcdefghijklmnopqrstuvwxyz')

/** Every given name of the seeded world with every family name, and its companies, each thrice: names that are like one another. */
export function seededNames(): SeededName[] {
  const families = Object.values(FAMILY_NAMES).flat()
  const people = Object.values(GIVEN_NAMES)
    .flat()
    .flatMap((given) => families.map((family) => `${given} ${family}`))
  const companies = Object.values(COMPANIES)
    .flat()
    .flatMap((name) => [name, `${name} Holding`, `${name} Europe`])
  return [
    ...people.map((name) => ({ kind: 'person' as const, name })),
    ...companies.map((name) => ({ kind: 'company' as const, name })),
  ]
}

/**
 * Some of these, each with one slip of the keyboard: a wrong letter, one left out, one too many, or two that changed places.
 * The same every time.
 */
export function withSlips<T extends { readonly name: string }>(
  names: readonly T[],
  count: number,
): (T & { readonly typed: string })[] {
  const random = seededRandom('slips')
  return random
    .shuffled(names)
    .slice(0, count)
    .map((named) => {
      const letters = Array.from(named.name)
      const at = random.whole(0, letters.length - 2)
      const slips = [
        letters.with(at, random.pick(LETTERS)),
        letters.toSpliced(at, 1),
        letters.toSpliced(at, 0, random.pick(LETTERS)),
        letters.with(at, letters[at + 1] ?? '').with(at + 1, letters[at] ?? ''),
      ]
      return { ...named, typed: random.pick(slips).join('') }
    })
}
