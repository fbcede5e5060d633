import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { allTextsIn } from './texts-in.ts'

const BUILD = join(import.meta.dirname, '..', 'apps', 'web', 'dist', 'assets')
const ACCENTED: Record<string, string> = {
  a: 'á',
  e: 'é',
  i: 'í',
  o: 'ó',
  u: 'ú',
  c: 'ç',
  n: 'ñ',
  A: 'Å',
  E: 'É',
  O: 'Ö',
}
/** French takes about a quarter more room than English. */
const LONGER = 0.3

/** A text as the made language has it: in brackets, with accents, longer. What it is given stays as it is. */
export function pseudoText(text: string): string {
  const said = text.replaceAll(/\{\{[^}]*\}\}|[aeioucnAEO]/g, (found) => ACCENTED[found] ?? found)
  return `⟦${said}${'~'.repeat(Math.ceil(text.length * LONGER))}⟧`
}

/** Shows the made language in the place of English, in every page of this one. */
export async function showPseudoLanguage(page: Page): Promise<void> {
  const texts = Object.fromEntries(
    Object.entries(allTextsIn('en')).map(([id, text]) => [id, pseudoText(text)]),
  )
  // The build has no such language: a test gives it in the place of the chunk that English is. A page that is routed keeps no
  // copies, so the others come from the build itself, or so many would be asked of the server that it refuses some.
  await page.route(/\/app\/assets\/[^/]+$/, (route) => {
    const name = new URL(route.request().url()).pathname.split('/').at(-1) ?? ''
    return /(?:^(?:control-)?catalogue|\.messages)\.en-/.test(name)
      ? route.fulfill({ contentType: 'text/javascript', body: `export default ${JSON.stringify(texts)}` })
      : route.fulfill({ path: join(BUILD, name) })
  })
}

/** Everything that the server has told a page since: what is in an answer is data or a sentence of the server's. */
export function heardFrom(page: Page): () => Promise<string[]> {
  const heard = new Set<string>()
  const reading: Promise<void>[] = []
  page.on('response', (response) => {
    if (!response.headers()['content-type']?.includes('json')) return
    reading.push(
      response.json().then(
        (body: unknown) => collect(body, heard),
        () => undefined,
      ),
    )
  })
  return async () => {
    await Promise.all(reading)
    return [...heard]
  }
}

function collect(value: unknown, into: Set<string>): void {
  if (typeof value === 'string') into.add(value)
  else if (Array.isArray(value)) for (const one of value) collect(one, into)
  else if (typeof value === 'object' && value !== null)
    for (const one of Object.values(value)) collect(one, into)
}

/**
 * What a person reads or hears on the page outside the brackets: texts, names and hints of controls, the title. Without
 * times and values with their unit (`Intl` writes them), keys as printed on a keyboard, code, and what is but capitals (initials, currencies).
 */
export function unbracketed(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const aside = 'time, data, code, kbd, script, style, noscript, [data-keys], [lang]:not(html)'
    const found: string[] = [document.title]
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const parent = node.parentElement
      if (parent === null || parent.closest(aside) !== null) continue
      if (parent.closest('option') === null && !parent.checkVisibility()) continue
      found.push(node.textContent ?? '')
    }
    for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]')) {
      if (element.closest(aside) !== null) continue
      for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
        found.push(element.getAttribute(name) ?? '')
    }
    return found.flatMap((text) => {
      let rest = text
      for (let before = ''; before !== rest; ) {
        before = rest
        rest = rest.replaceAll(/⟦[^⟦⟧]*⟧/g, ' ')
      }
      return /\p{Ll}{2}/u.test(rest) ? [rest.trim()] : []
    })
  })
}
