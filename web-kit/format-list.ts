import { isolate, leading, type Translate } from './messages.ts'

/** Names as the language lists them: `A, B and C`, `A, B, or C`. Each keeps its own direction, the list has the page's. */
export function formatList(
  items: Iterable<string>,
  language: string,
  type: 'conjunction' | 'disjunction' = 'conjunction',
): string {
  return leading(new Intl.ListFormat(language, { type }).format([...items].map(isolate)))
}

/** Names with nothing but commas between. */
export function commaList(items: readonly string[], t: Translate): string {
  return leading(items.map(isolate).join(t('sign.comma')))
}
