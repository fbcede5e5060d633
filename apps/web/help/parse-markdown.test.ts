import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { GUIDES, guideLink, pictureUrl, readGuide } from './guides.ts'
import { type Block, headingId, type Inline, parseMarkdown } from './parse-markdown.ts'

const GUIDE_FILES = join(import.meta.dirname, '..', '..', '..', 'docs', 'guide')

test('T-09 what is set apart in a line is set apart, and nothing within code is', () => {
  const [line] = parseMarkdown('press *Send again* (`*s*`), **twice**')
  expect(line?.kind === 'paragraph' && line.children).toEqual([
    { kind: 'text', text: 'press ' },
    { kind: 'em', children: [{ kind: 'text', text: 'Send again' }] },
    { kind: 'text', text: ' (' },
    { kind: 'code', text: '*s*' },
    { kind: 'text', text: '), ' },
    { kind: 'strong', children: [{ kind: 'text', text: 'twice' }] },
  ])
})

test('T-09 a list goes on in the lines that stand in, a table keeps a bar that is written as one', () => {
  const [list, table] = parseMarkdown(
    '1. Open it\n   and look.\n2. Agree.\n\n| a | b |\n| --- | --- |\n| x \\| y | |\n',
  )
  expect(list).toMatchObject({ kind: 'list', numbered: true })
  expect(list?.kind === 'list' && list.items.map(textOf)).toEqual(['Open it and look.', 'Agree.'])
  expect(table?.kind === 'table' && table.rows.map((row) => row.map(textOf))).toEqual([['x | y', '']])
})

test.each(GUIDES.map(({ name }) => name))('T-09 the guide %s is read as it is written', async (name) => {
  const text = (await readGuide(name)) ?? ''
  expect(text).toBe(readFileSync(join(GUIDE_FILES, `${name}.md`), 'utf8'))
  const blocks = parseMarkdown(text)
  expect(blocks[0]).toMatchObject({ kind: 'heading', level: 1 })
  const lines = blocks.flatMap(linesOf)
  // Marks that are left over were not understood.
  expect(lines.map(textOf).filter((line) => /\*\*|^\||^#|\]\(|!\[/.test(line))).toEqual([])
  for (const block of blocks)
    if (block.kind === 'picture') expect(pictureUrl(block.file), block.file).toBeTruthy()
})

test('T-09 links between guides lead to a heading that is there', async () => {
  for (const { name } of GUIDES) {
    const blocks = parseMarkdown((await readGuide(name)) ?? '')
    for (const to of blocks.flatMap(linesOf).flatMap(linksOf)) {
      const led = guideLink(to, name)
      if (led === undefined || led.hash === '') continue
      const there = parseMarkdown((await readGuide(led.guide)) ?? '')
      expect(
        there.flatMap((one) => (one.kind === 'heading' ? [one.id] : [])),
        `${name}: ${to}`,
      ).toContain(led.hash)
    }
  }
})

test('T-09 what is written for whoever makes a console, and not for whoever works in one, is not given out', async () => {
  expect(readdirSync(GUIDE_FILES)).toContain('your-own-console.md')
  expect(await readGuide('your-own-console')).toBeNull()
  expect(await readGuide('no-such-guide')).toBeNull()
})

test('T-09 what leads out of the guides is no link within the console', () => {
  expect(guideLink('../audit.md', 'console')).toBeUndefined()
  expect(guideLink('alerts.md#queue-late', 'console')).toEqual({ guide: 'alerts', hash: 'queue-late' })
  expect(guideLink('#what-to-do', 'returns')).toEqual({ guide: 'returns', hash: 'what-to-do' })
  expect(headingId('Who may break the glass')).toBe('who-may-break-the-glass')
})

function linesOf(block: Block): Inline[][] {
  switch (block.kind) {
    case 'heading':
    case 'paragraph':
      return [block.children]
    case 'list':
      return block.items
    case 'table':
      return [block.head, ...block.rows].flat()
    default:
      return []
  }
}

function textOf(line: readonly Inline[]): string {
  return line
    .map((part) => ('children' in part ? textOf(part.children) : part.kind === 'text' ? part.text : ''))
    .join('')
}

function linksOf(line: readonly Inline[]): string[] {
  return line.flatMap((part) =>
    part.kind === 'link' ? [part.to] : 'children' in part ? linksOf(part.children) : [],
  )
}
