import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { generatedDocs } from './generated-docs.ts'

const directory = fileURLToPath(new URL('../../docs/generated', import.meta.url))

test('K-11 docs/generated is what the declarations say; npm run docs writes it anew', () => {
  const written = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.md'),
  )
  const pages = generatedDocs()
  expect(written.sort()).toEqual([...pages.keys()].sort())
  for (const [path, text] of pages) expect(readFileSync(join(directory, path), 'utf8'), path).toBe(text)
})

test('K-11 a page says who may ask, who countersigns and which reasons there are', () => {
  const page = generatedDocs().get('actions/transfers.freeze_entity.md')
  expect(page).toContain('| asked for by | `transfers/COMPLIANCE`, `transfers/ADMIN` |')
  expect(page).toContain('| countersigned by | one other person: `transfers/COMPLIANCE`, `transfers/ADMIN` |')
  expect(page).toContain('| `court_order` | Court or authority order | required |')
  expect(page).toContain('`POST /entity/freeze` with `{entityId, reason}`')
})
