import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { REPOSITORY_ROOT } from './home/home.ts'
import { messageForm } from './texts/message-form.ts'
import { fieldTexts, hasWords, saidSentences } from './texts/said-sentences.ts'
import { unsaidStrings } from './texts/unsaid-strings.ts'

const LANGUAGES = ['fr', 'ar'] as const
/** Words that are the same in another language, or names. */
const SAME: ReadonlySet<string> = new Set([
  'ACH',
  'Code',
  'Countersign',
  'Date',
  'Incident',
  'Note',
  'Notes',
  'Score',
  'notes',
  '{0} h',
  '{0} min',
  '{0} s',
  '{0} {1} UTC',
])
/** Of the published contract, which is English; those of the actions are shown in forms. */
const WIRE_SCHEMAS = 'kernel/http/wire-schemas.ts'
/** What reads the files of banks, and what proves the policies, speaks to the command line, which is English. */
const COMMAND_LINE = ['consoles/transfers/import/', 'kernel/policy-proof/']

type Source = { readonly path: string; readonly text: string }

/** The product's own consoles, in every language; somebody's own is in as many as it has texts for, and may have none. */
const OWN = ['transfers', 'platform', 'hub', 'treasury', 'marketplace'].map((name) => `consoles/${name}`)

/** The kernel, and each console that is there: its own sources say its own sentences. */
const packages = ['kernel', ...consoles()].map((name) => ({ name, sources: sourcesBelow(name) }))

function consoles(): string[] {
  return readdirSync(join(REPOSITORY_ROOT, 'consoles'))
    .map((name) => `consoles/${name}`)
    .filter((folder) => {
      const files = readdirSync(join(REPOSITORY_ROOT, folder))
      return files.includes('console.ts') && (OWN.includes(folder) || files.includes('texts.fr.json'))
    })
}

function sourcesBelow(folder: string): Source[] {
  return readdirSync(join(REPOSITORY_ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/\.test\.ts$|(^|\/)node_modules\/|^web\//.test(file))
    .map((file) => `${folder}/${file}`)
    .map((path) => ({ path, text: readFileSync(join(REPOSITORY_ROOT, path), 'utf8') }))
}

function catalogue(name: string, language: string): ReadonlyMap<string, string> {
  const text = readFileSync(join(REPOSITORY_ROOT, name, `texts.${language}.json`), 'utf8')
  return new Map(Object.entries(JSON.parse(text) as Record<string, string>))
}

const said = packages.flatMap(({ name, sources }) =>
  sources.flatMap(({ path, text }) =>
    [...saidSentences(path, text), ...(path === WIRE_SCHEMAS ? [] : fieldTexts(path, text))].map(
      ({ line, english }) => ({ name, english, where: `${path}:${line}` }),
    ),
  ),
)
const entries = packages.flatMap(({ name }) =>
  LANGUAGES.flatMap((language) =>
    [...catalogue(name, language)].map(([english, told]) => ({ name, language, english, told })),
  ),
)

describe('X-08 every sentence of the server is told in every language', () => {
  test('X-08 there are sentences to check', () => {
    expect(said.length).toBeGreaterThan(200)
    expect(packages.map(({ name }) => name)).toContain('consoles/transfers')
  })

  test('X-08 each is in the catalogue of each language', () => {
    const missing = LANGUAGES.flatMap((language) =>
      packages.flatMap(({ name }) => {
        const told = catalogue(name, language)
        return said
          .filter((one) => one.name === name && hasWords(one.english) && !told.has(one.english))
          .map(({ english, where }) => `${language} ${where}: ${english}`)
      }),
    )
    expect(missing, 'add them to texts.fr.json and texts.ar.json of their package').toEqual([])
  })

  test('X-08 no catalogue tells what nobody says any more', () => {
    const unused = entries.filter(
      ({ name, english }) =>
        hasWords(english) && !said.some((one) => one.name === name && one.english === english),
    )
    expect(unused.map(({ name, language, english }) => `${name} ${language}: ${english}`)).toEqual([])
  })

  test('X-08 one sentence is told alike, whichever package says it: a product that has both would not start', () => {
    const first = new Map(entries.map(({ language, english, told }) => [`${language} ${english}`, told]))
    const unlike = entries.filter(
      ({ language, english, told }) => first.get(`${language} ${english}`) !== told,
    )
    expect(unlike.map(({ name, language, english }) => `${name} ${language}: ${english}`)).toEqual([])
  })

  test('X-08 each has the values of its English, and the plural forms of its own language', () => {
    const wrong = entries.flatMap(({ name, language, english, told }) => {
      const where = `${name} ${language}: ${english}`
      const form = messageForm(told, language)
      const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories
      const lacking = form.plurals.flatMap((forms) => categories.filter((each) => !forms.includes(each)))
      return [
        ...(form.placeholders.join() === messageForm(english, 'en').placeholders.join()
          ? []
          : [`${where}: its values are ${form.placeholders.join()}`]),
        ...(lacking.length === 0 ? [] : [`${where}: lacks ${lacking.join()}`]),
      ]
    })
    expect(wrong).toEqual([])
  })

  test('X-08 none is left in English', () => {
    const left = entries.filter(
      ({ english, told }) => hasWords(english) && english === told && !SAME.has(english),
    )
    expect(left).toEqual([])
  })

  test('X-08 Arabic is written in Arabic, French with its own apostrophe', () => {
    const strange = entries.filter(({ language, english, told }) =>
      language === 'ar'
        ? hasWords(english) && !SAME.has(english) && !/\p{Script=Arabic}/u.test(told)
        : told.includes("'"),
    )
    expect(strange).toEqual([])
  })

  test('X-08 what people read is said, so that it can be told in their language', () => {
    const unsaid = packages
      .flatMap(({ sources }) => sources)
      .filter(({ path }) => !COMMAND_LINE.some((folder) => path.startsWith(folder)))
      .flatMap(({ path, text }) => unsaidStrings(path, text).map((one) => `${path}:${one.line}: ${one.text}`))
    expect(unsaid, 'write say`…`').toEqual([])
  })
})
