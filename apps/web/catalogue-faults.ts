/** One `*.messages.<language>.json`: its path and what it holds. */
export type CatalogueFile = { path: string; texts: Record<string, string> }

const NAME = /\.messages\.([a-z]{2,3}(?:-[A-Za-z]+)?)\.json$/
const PLURAL = /_(zero|one|two|few|many|other)$/
const PLACEHOLDER = /\{\{-? *(\w+) *\}\}/g
/** Names under which a text is given the number that chose its form. */
const NUMBERS: ReadonlySet<string> = new Set(['count', 'value'])
/** A form that serves one number alone may say that number in words. */
const NUMBERS_TRIED = 1_000

/**
 * What is wrong with the texts of the languages that are not English, as sentences: a file that is missing, a text too
 * few or too many, a plural form that the language does not have or lacks, a value that is not said. A language of which
 * there is one file is complete or wrong.
 */
export function catalogueFaults(files: readonly CatalogueFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file.texts]))
  const languages = new Set(files.map(({ path }) => languageOf(path)))
  const english = files.filter(({ path }) => languageOf(path) === 'en')
  const strays = files
    .filter(({ path }) => !byPath.has(inLanguage(path, 'en')))
    .map(({ path }) => `${path}: no English texts lie beside it`)
  return [
    ...strays,
    ...english.flatMap(({ path, texts }) =>
      [...languages].flatMap((language) => {
        const beside = inLanguage(path, language)
        const found = byPath.get(beside)
        return found === undefined
          ? [`${beside} is missing`]
          : faultsOf(texts, found, language).map((fault) => `${beside}: ${fault}`)
      }),
    ),
  ]
}

function faultsOf(
  english: Record<string, string>,
  texts: Record<string, string>,
  language: string,
): string[] {
  const wanted = new Map<string, { needed: Set<string>; known: Set<string> }>()
  for (const [id, text] of Object.entries(english)) {
    const plural = PLURAL.exec(id)
    if (plural === null) {
      const values = placeholdersOf(text)
      wanted.set(id, { needed: values, known: values })
      continue
    }
    const base = id.slice(0, plural.index)
    const known = placeholdersOf(english[`${base}_other`] ?? text)
    for (const form of formsOf(language, `${base}_zero` in english)) {
      const needed = new Set([...known].filter((name) => !NUMBERS.has(name) || !servesOne(language, form)))
      wanted.set(`${base}_${form}`, { needed, known })
    }
  }
  const missing = [...wanted.keys()].filter((id) => !(id in texts)).map((id) => `${id} is missing`)
  const wrong = Object.entries(texts).flatMap(([id, text]) => {
    const expected = wanted.get(id)
    if (expected === undefined) return [`${id} is not in the English texts`]
    if (text.trim() === '') return [`${id} is empty`]
    const said = placeholdersOf(text)
    return [
      ...[...expected.needed]
        .filter((name) => !said.has(name))
        .map((name) => `${id} does not say {{${name}}}`),
      ...[...said].filter((name) => !expected.known.has(name)).map((name) => `${id} is given no {{${name}}}`),
    ]
  })
  return [...missing, ...wrong]
}

/** The forms of a plural in a language; where English says nought apart, every language does. */
function formsOf(language: string, saysZero: boolean): Set<string> {
  const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories
  return new Set(saysZero ? ['zero', ...forms] : forms)
}

function servesOne(language: string, form: string): boolean {
  const rules = new Intl.PluralRules(language)
  if (form === 'zero' && !rules.resolvedOptions().pluralCategories.includes('zero')) return true
  const served = Array.from({ length: NUMBERS_TRIED }, (_, n) => n).filter((n) => rules.select(n) === form)
  return served.length === 1
}

function placeholdersOf(text: string): Set<string> {
  return new Set([...text.matchAll(PLACEHOLDER)].map(([, name = '']) => name))
}

function languageOf(path: string): string {
  return NAME.exec(path)?.[1] ?? ''
}

function inLanguage(path: string, language: string): string {
  return path.replace(NAME, `.messages.${language}.json`)
}
