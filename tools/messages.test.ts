import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
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
