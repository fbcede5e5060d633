import { lexer, type MarkedToken, type Token, type Tokens } from 'marked'

/** What stands in a line: text, and what of it is set apart. */
export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'strong' | 'em'; children: Inline[] }
  | { kind: 'link'; to: string; children: Inline[] }

export type Block =
  | { kind: 'heading'; level: 1 | 2 | 3; id: string; children: Inline[] }
  | { kind: 'paragraph'; children: Inline[] }
  | { kind: 'code'; text: string }
  | { kind: 'picture'; file: string; says: string }
  | { kind: 'list'; numbered: boolean; items: Inline[][] }
  | { kind: 'table'; head: Inline[][]; rows: Inline[][][] }

/**
 * The parts of a guide.
 *
 * @throws Error that names what no guide is written with yet, such as a quotation
 */
export function parseMarkdown(source: string): Block[] {
  return lexer(source).flatMap((token) => blocksOf(token as MarkedToken))
}

function blocksOf(token: MarkedToken): Block[] {
  switch (token.type) {
    case 'space':
      return []
    case 'heading': {
      const level = Math.min(token.depth, 3) as 1 | 2 | 3
      return [{ kind: 'heading', level, id: headingId(token.text), children: inlines(token.tokens) }]
    }
    case 'paragraph': {
      const [picture, ...more] = token.tokens as MarkedToken[]
      if (picture?.type !== 'image' || more.length > 0) {
        return [{ kind: 'paragraph', children: inlines(token.tokens) }]
      }
      const file = picture.href.slice(picture.href.lastIndexOf('/') + 1)
      return [{ kind: 'picture', file, says: picture.text }]
    }
    case 'code':
      return [{ kind: 'code', text: token.text }]
    case 'list':
      return [{ kind: 'list', numbered: token.ordered, items: token.items.map(inlinesOfItem) }]
    case 'table': {
      const cells = (row: Tokens.TableCell[]) => row.map(({ tokens }) => inlines(tokens))
      return [{ kind: 'table', head: cells(token.header), rows: token.rows.map(cells) }]
    }
    default:
      throw new Error(`The guides are not written with ${token.type}: ${token.raw}`)
  }
}

/** An item is its lines; guides have no list within a list. */
function inlinesOfItem({ tokens }: Tokens.ListItem): Inline[] {
  return (tokens as MarkedToken[]).flatMap((token) => {
    if (token.type !== 'text' && token.type !== 'paragraph') {
      throw new Error(`The guides have no ${token.type} in a list: ${token.raw}`)
    }
    return inlines(token.tokens)
  })
}

function inlines(tokens: readonly Token[] = []): Inline[] {
  return (tokens as readonly MarkedToken[]).map((token): Inline => {
    switch (token.type) {
      case 'text':
      case 'escape':
        return { kind: 'text', text: token.text.replaceAll('\n', ' ') }
      // Nothing of a guide is markup of the page.
      case 'html':
        return { kind: 'text', text: token.raw }
      case 'codespan':
        return { kind: 'code', text: token.text }
      case 'strong':
      case 'em':
        return { kind: token.type, children: inlines(token.tokens) }
      case 'link':
        return { kind: 'link', to: token.href, children: inlines(token.tokens) }
      default:
        throw new Error(`The guides are not written with ${token.type}: ${token.raw}`)
    }
  })
}

/** What a heading is led to by: as GitHub makes it, which the guides' own links go by. */
export function headingId(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s-]/gu, '')
    .trim()
    .replaceAll(' ', '-')
}
