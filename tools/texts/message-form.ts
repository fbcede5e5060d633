import { IntlMessageFormat } from 'intl-messageformat'

/** What a message asks for: its placeholders, and the forms of each plural in it. */
export type MessageForm = {
  readonly placeholders: readonly string[]
  readonly plurals: readonly (readonly string[])[]
}

type Element = ReturnType<IntlMessageFormat['getAst']>[number]

/** @throws SyntaxError where it is no ICU message */
export function messageForm(message: string, language: string): MessageForm {
  const placeholders = new Set<string>()
  const plurals: string[][] = []
  const walk = (elements: readonly Element[]) => {
    for (const element of elements) {
      if ('value' in element && element.type !== LITERAL) placeholders.add(String(element.value))
      if ('options' in element && element.options) {
        if (element.type === PLURAL) plurals.push(Object.keys(element.options))
        for (const { value } of Object.values(element.options)) walk(value)
      }
    }
  }
  walk(new IntlMessageFormat(message, language, undefined, { ignoreTag: true }).getAst())
  return { placeholders: [...placeholders].sort(), plurals }
}

// The parser's own names for them are a const enum, which is not there at run time.
const LITERAL = 0
const PLURAL = 6
