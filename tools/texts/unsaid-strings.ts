import { parseSync, Visitor } from 'oxc-parser'
import { lineAt } from './said-sentences.ts'

/** Members under which a sentence stands that people read. */
const MEMBERS = new Set([
  'message',
  'title',
  'summary',
  'help',
  'label',
  'text',
  'effects',
  'warnings',
  'sentence',
  'relation',
])
/** Of a line of a preview: a single word of ours is a word for people, too. */
const SIDES = new Set(['before', 'after'])
/** Calls that take a sentence, and as which argument. */
const CALLS: Readonly<Record<string, number>> = { refuse: 1, refuseField: 1, changeLine: 0 }

/**
 * Members of what a program reads: a line of a log; a route or an operation of the published contract; a query; a role;
 * what an upstream did, in words that are sealed as its own.
 */
const NOT_FOR_PEOPLE = ['level', 'url', 'method', 'path', 'values', 'keys', 'role', 'outcome', 'topic']

type Node = { readonly type: string; readonly start: number } & Readonly<Record<string, unknown>>

/**
 * Strings of a source that stand where a sentence for people is expected and are not said, so that they would be English
 * to everybody: what belongs to a program (a log line, the summary of a route, the message of an Error) is none.
 */
export function unsaidStrings(file: string, source: string): { line: number; text: string }[] {
  const { program, errors } = parseSync(file, source)
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`)
  const found: { line: number; text: string }[] = []
  const look = (node: Node | null | undefined, anyWord = false) => {
    for (const { start, text } of stringsIn(node)) {
      if (anyWord ? /\p{L}{2}/u.test(text) : isSentence(text))
        found.push({ line: lineAt(source, start), text })
    }
  }
  const fieldTexts = new Set<number>()
  new Visitor({
    ObjectExpression(object) {
      if (fieldTexts.has(object.start)) return
      const members = object.properties.flatMap((property) =>
        property.type === 'Property' && property.key.type === 'Identifier'
          ? [{ name: property.key.name, value: property.value as unknown as Node }]
          : [],
      )
      const names = new Set(members.map(({ name }) => name))
      if (NOT_FOR_PEOPLE.some((name) => names.has(name))) return
      for (const { name, value } of members)
        if (MEMBERS.has(name) || SIDES.has(name)) look(value, SIDES.has(name))
    },
    CallExpression({ callee, arguments: given }) {
      if (callee.type === 'MemberExpression' && callee.property.type === 'Identifier') {
        // The schema's own words, which are sentences as they are.
        if (callee.property.name === 'meta') for (const { start } of given) fieldTexts.add(start)
      }
      const at = callee.type === 'Identifier' ? CALLS[callee.name] : undefined
      if (at !== undefined) look(given[at] as unknown as Node)
    },
  }).visit(program)
  return found
}

/** The strings that an expression may come to, but for those in calls and templates of its own. */
function stringsIn(node: Node | null | undefined): { start: number; text: string }[] {
  switch (node?.type) {
    case 'Literal':
      return typeof node.value === 'string' ? [{ start: node.start, text: node.value }] : []
    case 'TemplateLiteral': {
      const quasis = node.quasis as readonly { readonly value: { readonly cooked: string } }[]
      return [{ start: node.start, text: quasis.map(({ value }) => value.cooked).join(' … ') }]
    }
    case 'ConditionalExpression':
      return [node.consequent, node.alternate].flatMap((each) => stringsIn(each as Node))
    case 'LogicalExpression':
      return [node.left, node.right].flatMap((each) => stringsIn(each as Node))
    case 'ArrayExpression':
      return (node.elements as readonly (Node | null)[]).flatMap(stringsIn)
    case 'SpreadElement':
      return stringsIn(node.argument as Node)
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
      return stringsIn(node.expression as Node)
    default:
      return []
  }
}

/** A code, a key, an acronym or a piece of SQL is no sentence. */
function isSentence(text: string): boolean {
  if (/^[A-Z]{2,5}$/.test(text) || /\|\||\n/.test(text)) return false
  return (
    /\p{L}{2}/u.test(text) &&
    !/^[a-z0-9_.:/-]+$/.test(text) &&
    !/^\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH)\b/.test(text)
  )
}
