import { parseSync, Visitor } from 'oxc-parser'

/** One sentence of a source, as the catalogues know it. */
export type Sentence = { readonly line: number; readonly english: string }

/**
 * Every say`…` of a source, by the template that it is kept and translated by: `{0}`, or the plural that
 * `counted(n, '…')` gives.
 *
 * @throws Error where a plural is no literal, so that nobody could translate it
 */
export function saidSentences(file: string, text: string): Sentence[] {
  const { program, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`)
  const found: Sentence[] = []
  new Visitor({
    TaggedTemplateExpression({ tag, quasi, start }) {
      if (tag.type !== 'Identifier' || tag.name !== 'say') return
      const line = lineAt(text, start)
      const english = quasi.quasis
        .map(({ value }, at) => {
          const expression = quasi.expressions[at]
          return `${value.cooked}${expression === undefined ? '' : placeholder(expression, at)}`
        })
        .join('')
      found.push({ line, english })

      function placeholder(expression: (typeof quasi.expressions)[number], at: number): string {
        if (expression.type !== 'CallExpression' || expression.callee.type !== 'Identifier') return `{${at}}`
        if (expression.callee.name !== 'counted') return `{${at}}`
        const [, forms] = expression.arguments
        if (forms?.type !== 'Literal' || typeof forms.value !== 'string')
          throw new Error(`${file}:${line}: the forms of counted(…) are a literal`)
        return `{${at}, plural, ${forms.value}}`
      }
    },
  }).visit(program)
  return found
}

const FIELD_TEXTS: ReadonlySet<string> = new Set(['title', 'description'])

/** What a schema calls its fields: `.meta({ title, description })`. @throws Error where that is no literal */
export function fieldTexts(file: string, text: string): Sentence[] {
  const { program } = parseSync(file, text)
  const found: Sentence[] = []
  new Visitor({
    CallExpression({ callee, arguments: given }) {
      if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return
      if (callee.property.name !== 'meta') return
      for (const argument of given) {
        if (argument.type !== 'ObjectExpression') continue
        for (const property of argument.properties) {
          if (property.type !== 'Property' || property.key.type !== 'Identifier') continue
          if (!FIELD_TEXTS.has(property.key.name)) continue
          const { value } = property
          if (value.type === 'Literal' && typeof value.value === 'string') {
            found.push({ line: lineAt(text, value.start), english: value.value })
          } else if (value.type === 'TemplateLiteral') {
            throw new Error(`${file}:${lineAt(text, value.start)}: what a field is called is a literal`)
          }
        }
      }
    },
  }).visit(program)
  return found
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

/** Whether there is a word in it: `{0} → {1}` is the same in most languages. */
export function hasWords(english: string): boolean {
  return /\p{L}/u.test(english.replace(/\{\d+(?:, plural, )?/g, ''))
}
