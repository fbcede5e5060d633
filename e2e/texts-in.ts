import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')

/** Every text of the browser in a language, by its id. */
export function textsIn(language: 'en' | 'fr' | 'ar'): (id: string) => string {
  const texts = new Map(Object.entries(allTextsIn(language)))
  return (id) => {
    const text = texts.get(id)
    if (text === undefined) throw new Error(`There is no text ${id}.`)
    return text
  }
}

export function allTextsIn(language: 'en' | 'fr' | 'ar'): Record<string, string> {
  const files = ['web-kit', 'apps/web', 'consoles'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
      join(ROOT, folder, file),
    ),
  )
  return Object.assign(
    {},
    ...files
      .filter((path) => path.endsWith(`.messages.${language}.json`) && !path.includes('node_modules'))
      .map((path) => JSON.parse(readFileSync(path, 'utf8'))),
  )
}
