import { execFile, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { REPOSITORY_ROOT } from '../home/home.ts'

const HERE = fileURLToPath(new URL('./programs.mjs', import.meta.url))
const ENTRIES = [
  'apps/dev-issuer/main.ts',
  'apps/sandbox/main.ts',
  'apps/server/main.ts',
  'apps/server/worker.ts',
  'cli/audit-alone.ts',
  'cli/main.ts',
  'testkit/reference-witness.ts',
]
const made: string[] = []

afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true })
})

/** A repository with these programs and nothing else; its packages are ours. */
function repository(source: string): { root: string; write: (path: string, text: string) => void } {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'countersign-programs-')))
  made.push(root)
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  for (const path of ENTRIES) write(path, 'export {}\n')
  write('tsconfig.json', '{}')
  write('cli/main.ts', source)
  mkdirSync(join(root, 'tools', 'programs'), { recursive: true })
  copyFileSync(HERE, join(root, 'tools', 'programs', 'programs.mjs'))
  symlinkSync(join(REPOSITORY_ROOT, 'node_modules'), join(root, 'node_modules'))
  return { root, write }
}

const nodeArguments = (root: string, statement: string) => {
  const programs = JSON.stringify(pathToFileURL(join(root, 'tools', 'programs', 'programs.mjs')).href)
  return ['--input-type=module', '--eval', `import * as programs from ${programs}; ${statement}`]
}

function node(root: string, statement: string) {
  const { stdout, stderr, status } = spawnSync(process.execPath, nodeArguments(root, statement), {
    encoding: 'utf8',
  })
  return { said: stdout.trim(), wrong: stderr, status }
}

const RUN = `await programs.runProgram('cli/main.ts')`

/** As several do at the same time. */
const begin = async (root: string) =>
  (await promisify(execFile)(process.execPath, nodeArguments(root, RUN))).stdout

const run = (root: string) => node(root, RUN)
const argumentsOf = (root: string) =>
  node(root, `console.log(JSON.stringify(programs.programArguments('cli/main.ts')))`)

test('O-01 a program is run as it was compiled, and compiled anew once a source of it has changed', () => {
  const { root, write } = repository(
    `import { word } from './word.ts'\nconst said: string = word\nconsole.log(said, import.meta.url)\n`,
  )
  write('cli/word.ts', `export const word = 'before'\n`)
  const url = pathToFileURL(join(root, 'cli', 'main.ts')).href
  expect(run(root).said).toBe(`before ${url}`)
  const compiled = argumentsOf(root).said
  expect(JSON.parse(compiled)).toEqual([expect.stringContaining(join('.cache', 'programs'))])
  expect(run(root).said).toBe(`before ${url}`)
  expect(argumentsOf(root).said).toBe(compiled)

  write('cli/word.ts', `export const word: string = 'and after'\n`)
  // Whoever only starts it, and compiles nothing, gets it from source then.
  expect(JSON.parse(argumentsOf(root).said)).toEqual([
    '--import',
    expect.stringContaining('tsx'),
    join(root, 'cli', 'main.ts'),
  ])
  expect(run(root).said).toBe(`and after ${url}`)
  expect(argumentsOf(root).said).not.toBe(compiled)
})

test('O-01 a source that is given the time and the length of the one before is another all the same', () => {
  const { root, write } = repository(`console.log('one')\n`)
  expect(run(root).said).toBe('one')
  const { atime, mtime } = statSync(join(root, 'cli', 'main.ts'))
  write('cli/main.ts', `console.log('two')\n`)
  utimesSync(join(root, 'cli', 'main.ts'), atime, mtime)
  expect(run(root).said).toBe('two')
})

test('O-01 several that begin after one change all run, and so does who comes after them', async () => {
  const { root, write } = repository(`console.log('before')\n`)
  for (const text of ['first', 'second', 'third']) {
    write('cli/main.ts', `console.log('${text}')\n`)
    const all = await Promise.all(Array.from({ length: 5 }, () => begin(root)))
    expect(all).toEqual(Array(5).fill(`${text}\n`))
    expect(run(root).said).toBe(text)
  }
})

test('O-01 what cannot be compiled is named with its file and line, and nothing older runs in its place', () => {
  const { root, write } = repository(`console.log('whole')\n`)
  expect(run(root).said).toBe('whole')
  write('cli/main.ts', `console.log('half'\n`)
  const { said, wrong, status } = run(root)
  expect(said).toBe('')
  expect(wrong).toContain('cli/main.ts:2')
  expect(status).not.toBe(0)
})
