import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { REPOSITORY_ROOT } from './home/home.ts'
import { readImportGraph } from './imports/import-graph.ts'
import { importViolations } from './imports/import-rules.ts'

/** Fewer than this and the walk has missed the tree, whatever it says about the rest. */
const FEWEST_MODULES = 100
const FEWEST_IMPORTS = 300

test('O-11 K-36 every import of this repository follows the direction of docs/architecture.md; no console opens another system’s database', () => {
  const graph = readImportGraph(REPOSITORY_ROOT)
  expect(graph.modules.length).toBeGreaterThan(FEWEST_MODULES)
  expect(graph.imports.length).toBeGreaterThan(FEWEST_IMPORTS)
  const rooms = new Set(graph.modules.map((path) => path.split('/')[0]))
  for (const room of ['kernel', 'consoles', 'apps', 'cli', 'testkit', 'tools']) expect(rooms).toContain(room)
  expect(importViolations(graph)).toEqual([])
})

describe('on a tree made for the purpose', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'countersign-imports-'))
    const packages = [
      'kernel',
      'ui',
      'sdk',
      'web-kit',
      'tools',
      'testkit',
      'cli',
      'apps/server',
      'apps/sandbox',
    ]
    for (const path of [...packages, 'apps/web', 'consoles/transfers', 'consoles/platform', 'consoles/hub']) {
      write(`${path}/package.json`, JSON.stringify({ name: `@countersign/${path.split('/').at(-1)}` }))
      write(`${path}/there.ts`, 'export const there = 1\n')
    }
    for (const name of ['transfers', 'platform', 'hub']) {
      write(`consoles/${name}/contract.ts`, 'export type There = string\n')
      write(`consoles/${name}/web/page.ts`, 'export const page = 1\n')
    }
  })
  afterEach(() => rmSync(root, { recursive: true }))

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }

  function violationsOf(path: string, text: string): string[] {
    write(path, text)
    return importViolations(readImportGraph(root))
  }

  test.each([
    ['kernel/x.ts', '@countersign/transfers/there.ts', 'The kernel knows no console'],
    ['kernel/x.ts', '@countersign/tools/there.ts', 'The kernel knows no console'],
    ['ui/x.ts', '@countersign/sdk/there.ts', 'ui holds pure components'],
    ['sdk/x.ts', '@countersign/kernel/there.ts', 'The sdk is a thin client'],
    ['web-kit/x.ts', '@countersign/kernel/there.ts', 'web-kit imports ui and sdk only'],
    ['consoles/hub/x.ts', '@countersign/transfers/there.ts', 'ask consoles/transfers/contract.ts'],
    [
      'consoles/hub/x.ts',
      '@countersign/server/there.ts',
      'let the composition root (apps/server) pass this in',
    ],
    [
      'consoles/hub/x.ts',
      '@countersign/testkit/there.ts',
      'let the composition root (apps/server) pass this in',
    ],
    ['consoles/hub/x.ts', 'pg', 'reached by its API alone'],
    ['consoles/hub/x.ts', 'node:sqlite', 'reached by its API alone'],
    ['consoles/hub/x.ts', './web/page.ts', 'must not depend on the browser’s'],
    ['consoles/platform/x.ts', '@countersign/transfers/contract.ts', 'imports no financial contract'],
    ['consoles/hub/web/x.tsx', '../there.ts', 'Server code never reaches a browser bundle'],
    [
      'consoles/hub/web/x.tsx',
      '@countersign/transfers/web/page.ts',
      'Screens of another console are not ours',
    ],
    ['consoles/hub/web/x.tsx', '@countersign/kernel/there.ts', 'fetch it over HTTP'],
    ['apps/web/x.tsx', '@countersign/hub/contract.ts', 'Server code never reaches a browser bundle'],
    ['apps/server/x.ts', '@countersign/hub/web/page.ts', 'The server composes kernel and consoles only'],
    ['apps/server/x.ts', '@countersign/tools/there.ts', 'comes by configuration'],
    ['apps/sandbox/x.ts', '@countersign/kernel/there.ts', 'imports nothing of ours'],
    ['cli/x.ts', '@countersign/tools/there.ts', 'tools/home and tools/programs only'],
    ['cli/x.ts', '@countersign/sandbox/there.ts', 'known only by HTTP'],
    ['ui/x.tsx', 'node:fs', 'none of Node’s modules'],
    ['kernel/x.ts', '../consoles/hub/there.ts', 'Packages meet by name'],
    ['kernel/x.ts', './gone.ts', 'There is no kernel/gone.ts'],
    ['attic/x.ts', '@countersign/kernel/there.ts', 'Nobody has said what attic/ may import'],
  ])('%s may not import %s: the sentence says what to do instead', (path, specifier, remedy) => {
    const violations = violationsOf(path, `// a reason\nimport { there } from '${specifier}'\n`)
    expect(violations).toHaveLength(1)
    expect(violations[0]).toContain(`${path}:2 imports ${specifier}. `)
    expect(violations[0]).toContain(remedy)
  })

  test.each([
    ['consoles/hub/x.ts', '@countersign/kernel/there.ts'],
    ['consoles/hub/x.ts', '@countersign/transfers/contract.ts'],
    ['consoles/platform/x.ts', '@countersign/hub/contract.ts'],
    ['consoles/hub/web/x.tsx', '@countersign/web-kit/there.ts'],
    ['consoles/hub/x.test.ts', '@countersign/testkit/there.ts'],
    ['apps/server/x.ts', '@countersign/hub/there.ts'],
    ['apps/web/x.ts', '@countersign/hub/web/page.ts'],
    ['apps/web/vite.config.ts', 'node:path'],
    ['tools/x.ts', '@countersign/server/there.ts'],
    ['kernel/x.ts', 'node:fs'],
    ['kernel/x.ts', 'fastify'],
    ['kernel/x.ts', 'pg'],
    ['consoles/hub/x.test.ts', 'pg'],
  ])('%s may import %s', (path, specifier) => {
    expect(violationsOf(path, `import { there } from '${specifier}'\n`)).toEqual([])
  })

  test.each([
    ["import type { There } from '@countersign/transfers/there.ts'"],
    ["export { there } from '@countersign/transfers/there.ts'"],
    ["export * from '@countersign/transfers/there.ts'"],
    ["export type { There } from '@countersign/transfers/there.ts'"],
    ["import '@countersign/transfers/there.ts'"],
    ["const it = await import('@countersign/transfers/there.ts')"],
    ["const it: import('@countersign/transfers/there.ts').There = 1"],
  ])('no form of import gets past: %s', (line) => {
    expect(violationsOf('kernel/x.ts', `${line}\n`)).toHaveLength(1)
  })

  test('a file that cannot be parsed is an error, not a file without imports', () => {
    expect(() => violationsOf('kernel/x.ts', 'import {\n')).toThrow('kernel/x.ts cannot be parsed')
  })
})
