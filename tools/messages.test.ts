import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CatalogueFile, catalogueFaults } from '@countersign/web/catalogue-faults.ts'
import { languages } from '@countersign/web-kit/languages.ts'
import { describe, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const FOLDERS = [
  'ui',
  'web-kit',
  'apps/web',
  ...readdirSync(join(ROOT, 'consoles')).map((name) => `consoles/${name}/web`),
]
const PLURAL = /_(zero|one|two|few|many|other)$/
/** `transfers.return_transfer` is an action or a queue, `transfers.rail.ach` a text. */
const ACTION = /^[a-z]+\.[a-z]+_[a-z_]+$/

type Source = { path: string; text: string }

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    if (['node_modules', 'dist', 'public'].includes(entry.name)) return []
    const path = `${folder}/${entry.name}`
    return entry.isDirectory() ? filesBelow(path) : [path]
  })
}

function present(folder: string): string[] {
  try {
    return filesBelow(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

const files = FOLDERS.flatMap(present)
const read = (path: string): Source => ({ path, text: readFileSync(join(ROOT, path), 'utf8') })
const sources = files.filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path)).map(read)
const catalogues = files.filter((path) => path.endsWith('.messages.en.json')).map(read)
const ids = catalogues.flatMap(({ path, text }) =>
  Object.keys(JSON.parse(text) as Record<string, string>).map((id) => ({ id, path })),
)
const known = new Set(ids.map(({ id }) => id.replace(PLURAL, '')))
const prefixes = new Set([...known].map((id) => id.slice(0, id.indexOf('.'))))

/** Every quoted text of a source that has the shape of a message id of ours. */
function idsIn({ text }: Source): string[] {
  const literals = [...text.matchAll(/'([a-z][A-Za-z]*(?:\.[A-Za-z0-9_-]+)+)'(?!:)/g)].map(
    (match) => match[1] ?? '',
  )
  return literals.filter(
    (literal) =>
      prefixes.has(literal.slice(0, literal.indexOf('.'))) &&
      !ACTION.test(literal) &&
      !/\.tsx?$/.test(literal),
  )
}

const everyCatalogue: CatalogueFile[] = files
  .filter((path) => /\.messages\.[\w-]+\.json$/.test(path))
  .map((path) => ({ path, texts: JSON.parse(read(path).text) }))

/** What is the same word in a language as in English: names, codes, signs, and words that the two share. */
const SAME: Record<string, ReadonlySet<string>> = {
  fr: new Set([
    '{{page}} · Countersign',
    '{{seconds}} s',
    'ACH',
    'Action',
    'Actions',
    'Actions ▾',
    'CSV',
    'CTS',
    'Consoles',
    'Countersign',
    'Export',
    'Format',
    'JSON',
    'Mentions',
    'Note',
    'Notes',
    'Projection',
    'Projections',
    'SEPA CT',
    'SHA-256',
    'SLA {{length}}',
    'Score',
    'Source',
    'UTC',
    'Version {{revision}}',
    'code',
    'machine',
    'minutes',
    'score',
    'score {{score}}',
    '{{count}} mention',
    '{{count}} mentions',
  ]),
  ar: new Set([
    '{{page}} · Countersign',
    'ACH',
    'CSV',
    'CTS',
    'Countersign',
    'JSON',
    'SEPA CT',
    'SHA-256',
    'UTC',
  ]),
}

/** Whether there is more to a text than the values it is given and signs. */
const saysSomething = (text: string) => /\p{L}/u.test(text.replaceAll(/\{\{\w+\}\}/g, ''))

describe('X-08 every text is there in every language', () => {
  test('X-08 each language has the ids of English, their values and its own plural forms', () => {
    const written = new Set(everyCatalogue.map(({ path }) => path.split('.').at(-2)))
    expect(written).toEqual(new Set(languages))
    expect(catalogueFaults(everyCatalogue)).toEqual([])
  })

  test('X-08 a text is no other language’s', () => {
    const english = new Map(catalogues.flatMap(({ text }) => Object.entries(JSON.parse(text))))
    const copied = everyCatalogue.flatMap(({ path, texts }) => {
      const same = SAME[path.split('.').at(-2) ?? '']
      return Object.entries(texts)
        .filter(([id, text]) => same !== undefined && english.get(id) === text && !same.has(text))
        .filter(([, text]) => saysSomething(text))
        .map(([id, text]) => `${path}: ${id} is the same as in English: ${text}`)
    })
    expect(copied).toEqual([])
    const latin = everyCatalogue
      .filter(({ path }) => path.endsWith('.ar.json'))
      .flatMap(({ texts }) => Object.entries(texts))
      .filter(([, text]) => saysSomething(text))
      .filter(([, text]) => !/\p{Script=Arabic}/u.test(text) && !SAME.ar?.has(text))
    expect(latin).toEqual([])
  })

  test('X-08 French spaces its signs and turns its apostrophes', () => {
    const wrong = everyCatalogue
      .filter(({ path }) => path.endsWith('.fr.json'))
      .flatMap(({ texts }) => Object.entries(texts))
      .filter(([, text]) => /'| [:;?!»%]|« |\p{L}[;?!]/u.test(text))
    expect(wrong).toEqual([])
  })
})

describe('X-08 what is wrong with a catalogue is found', () => {
  const faults = (english: Record<string, string>, french: Record<string, string> | null) =>
    catalogueFaults([
      { path: 'web-kit/x.messages.en.json', texts: english },
      ...(french === null ? [] : [{ path: 'web-kit/x.messages.fr.json', texts: french }]),
      { path: 'web-kit/y.messages.fr.json', texts: {} },
      { path: 'web-kit/y.messages.en.json', texts: {} },
    ])

  test.each([
    ['nothing', { 'a.b': 'Close' }, { 'a.b': 'Fermer' }, []],
    ['a file that is missing', { 'a.b': 'Close' }, null, ['web-kit/x.messages.fr.json is missing']],
    ['a text that is missing', { 'a.b': 'Close' }, {}, ['web-kit/x.messages.fr.json: a.b is missing']],
    [
      'a text that is not shown',
      {},
      { 'a.c': 'Ouvrir' },
      ['web-kit/x.messages.fr.json: a.c is not in the English texts'],
    ],
    [
      'a text that says nothing',
      { 'a.b': 'Close' },
      { 'a.b': ' ' },
      ['web-kit/x.messages.fr.json: a.b is empty'],
    ],
    [
      'a value that is not said',
      { 'a.b': 'By {{name}}' },
      { 'a.b': 'Par' },
      ['web-kit/x.messages.fr.json: a.b does not say {{name}}'],
    ],
    [
      'a value that there is not',
      { 'a.b': 'By {{name}}' },
      { 'a.b': 'Par {{nom}} {{name}}' },
      ['web-kit/x.messages.fr.json: a.b is given no {{nom}}'],
    ],
    [
      'a plural form that is missing',
      { 'a.b_one': 'one row', 'a.b_other': '{{count}} rows' },
      { 'a.b_one': '{{count}} ligne', 'a.b_other': '{{count}} lignes' },
      ['web-kit/x.messages.fr.json: a.b_many is missing'],
    ],
    [
      'a number in words where the form serves several',
      { 'a.b_one': 'one row', 'a.b_other': '{{count}} rows' },
      { 'a.b_one': 'une ligne', 'a.b_many': '{{count}} de lignes', 'a.b_other': '{{count}} lignes' },
      ['web-kit/x.messages.fr.json: a.b_one does not say {{count}}'],
    ],
    [
      'a form that the language does not have',
      { 'a.b_one': 'one row', 'a.b_other': '{{count}} rows' },
      {
        'a.b_one': '{{count}} ligne',
        'a.b_few': '{{count}} lignes',
        'a.b_many': '{{count}} de lignes',
        'a.b_other': '{{count}} lignes',
      },
      ['web-kit/x.messages.fr.json: a.b_few is not in the English texts'],
    ],
  ])('X-08 %s', (_, english, french, expected) => {
    expect(faults(english, french)).toEqual(expected)
  })

  test('X-08 a form that serves one number alone may say it in words', () => {
    const english = { 'a.b_one': '{{count}} row of {{name}}', 'a.b_other': '{{count}} rows of {{name}}' }
    const forms = {
      zero: 'لا صفوف في',
      one: 'صف في',
      two: 'صفان في',
      few: '{{count}} صفوف في',
      many: '{{count}} صفًا في',
    }
    const arabic = Object.fromEntries(
      Object.entries({ ...forms, other: '{{count}} صف في' }).map(([form, text]) => [
        `a.b_${form}`,
        `${text} {{name}}`,
      ]),
    )
    const of = (texts: Record<string, string>) =>
      catalogueFaults([
        { path: 'ui/x.messages.en.json', texts: english },
        { path: 'ui/x.messages.ar.json', texts },
      ])
    expect(of(arabic)).toEqual([])
    expect(of({ ...arabic, 'a.b_few': 'صفوف في {{name}}' })).toEqual([
      'ui/x.messages.ar.json: a.b_few does not say {{count}}',
    ])
  })
})

describe('X-08 every text is a message', () => {
  test('X-08 there are catalogues to check', () => {
    expect(catalogues.length).toBeGreaterThan(5)
    expect(known.size).toBeGreaterThan(200)
  })

  test('X-08 an id is declared once', () => {
    const seen = new Map<string, string>()
    const twice = ids.filter(({ id, path }) => {
      const before = seen.get(id)
      seen.set(id, path)
      return before !== undefined
    })
    expect(twice).toEqual([])
  })

  test('X-08 every id that the code names has a text', () => {
    const missing = sources.flatMap((source) =>
      idsIn(source)
        .filter((id) => !known.has(id))
        .map((id) => `${source.path}: ${id}`),
    )
    expect(missing, 'add the text to the catalogue beside the component').toEqual([])
  })

  test('X-08 every text is used', () => {
    const used = new Set(sources.flatMap(idsIn))
    const unused = [...known].filter((id) => !used.has(id))
    expect(unused, 'remove the text from its catalogue').toEqual([])
  })

  test('X-08 ids are literals, so that they can be found', () => {
    const built = sources.filter(({ text }) => /\bt\(\s*`/.test(text)).map(({ path }) => path)
    expect(built, 'map each case to its own literal id').toEqual([])
  })

  test('X-08 a plural has the forms of its language', () => {
    const english = new Intl.PluralRules('en').resolvedOptions().pluralCategories
    const plurals = new Set(ids.filter(({ id }) => PLURAL.test(id)).map(({ id }) => id.replace(PLURAL, '')))
    const lacking = [...plurals].flatMap((id) =>
      english.filter((form) => !ids.some((one) => one.id === `${id}_${form}`)).map((form) => `${id}_${form}`),
    )
    expect(lacking).toEqual([])
  })

  test('X-08 no component writes text of its own', () => {
    const names = /^(Countersign|sha256|const|return)$/
    const written = sources
      .filter(({ path }) => path.endsWith('.tsx'))
      .flatMap(({ path, text }) =>
        [...text.matchAll(/(?<!=)>\s*([A-Za-z][A-Za-z ,.’'-]{2,}?)\s*(?:<\/|\{)/g)]
          .map((match) => (match[1] ?? '').trim())
          .filter((words) => !names.test(words))
          .map((words) => `${path}: ${words}`),
      )
    expect(written, 'give it a message id').toEqual([])
  })

  test('X-08 styles use logical properties, so that they mirror', () => {
    const physical =
      /^\s*(?:(?:margin|padding|border)-(?:left|right)|left|right|(?:text-align|float):\s*(?:left|right))\b/
    const found = files
      .filter((path) => path.endsWith('.css'))
      .map(read)
      .flatMap(({ path, text }) =>
        text
          .split('\n')
          .filter((line) => physical.test(line))
          .map((line) => `${path}: ${line.trim()}`),
      )
    expect(found).toEqual([])
  })
})

test('X-08 an Arabic sentence that is nothing but values and signs runs from right to left all the same', () => {
  const told = ['kernel', ...readdirSync(join(ROOT, 'consoles')).map((name) => `consoles/${name}`)]
    .flatMap((folder) => present(folder))
    .filter((path) => path.endsWith('/texts.ar.json'))
    .flatMap((path) => Object.values<string>(JSON.parse(read(path).text)))
  const signs = told.filter((text) => (text.match(/\{\d+\}/g) ?? []).length > 1 && !/\p{L}/u.test(text))
  expect(signs.length).toBeGreaterThan(0)
  // Isolated values say nothing of the direction: without a mark an arrow would point from who is paid to who pays.
  expect(signs.filter((text) => !text.startsWith('\u200f'))).toEqual([])
})
