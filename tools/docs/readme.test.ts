import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { REPOSITORY_ROOT } from '../home/home.ts'

const readme = readFileSync(join(REPOSITORY_ROOT, 'README.md'), 'utf8')
const all = (pattern: RegExp) => [...readme.matchAll(pattern)].map(([, found = '']) => found)

test('O-13 the README shows a picture, the two commands and a tour; what it leads to is there', () => {
  const { scripts } = JSON.parse(readFileSync(join(REPOSITORY_ROOT, 'package.json'), 'utf8'))
  const blocks = all(/```sh\n([^`]+)```/g).join('\n')
  const run = [...blocks.matchAll(/^ *npm (?:run )?(\w+)/gm)].map(([, name = '']) => name)
  expect(run).toEqual(expect.arrayContaining(['start', 'test']))
  expect(run.filter((name) => !(name in scripts))).toEqual([])
  expect(readme).toMatch(/^## Five-minute tour$/m)
  const linked = all(/\]\((?!https?:)([^)#]+)\)/g)
  expect(linked.filter((path) => path.endsWith('.png'))).not.toEqual([])
  const files = [...linked, ...all(/npx countersign import \w+ (\S+)/g)]
  expect(files.filter((path) => !existsSync(join(REPOSITORY_ROOT, path)))).toEqual([])
})

test('O-13 each command line of the README is one that there is, with its options', () => {
  const lines = all(/npx countersign ((?:[a-z][a-z-]* )+[^`\n)]*)/g)
  expect(lines.length).toBeGreaterThan(4)
  for (const line of lines) {
    const words = line.trim().split(' ')
    const command = words.slice(0, 2)
    const help = execFileSync(
      process.execPath,
      [join(REPOSITORY_ROOT, 'cli', 'countersign.mjs'), ...command, '--help'],
      { encoding: 'utf8' },
    )
    expect(help, line).toContain(`Usage: countersign ${command.join(' ')}`)
    for (const option of words.filter((word) => word.startsWith('--'))) expect(help, line).toContain(option)
  }
})
