import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { REPOSITORY_ROOT } from './home/home.ts'

const text = (path: string) => readFileSync(join(REPOSITORY_ROOT, path), 'utf8')

/** Everything that the screens say: their messages, and the titles of actions. */
function saidOnScreen(): string[] {
  const files = ['apps/web', 'web-kit', 'kernel', 'consoles'].flatMap((folder) =>
    readdirSync(join(REPOSITORY_ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => !file.includes('node_modules') && !file.endsWith('.test.ts'))
      .map((file) => join(folder, file)),
  )
  const messages = files.filter((file) => file.endsWith('.messages.en.json'))
  const declared = files.filter((file) => file.endsWith('.ts'))
  return [
    ...messages.flatMap((file) => Object.values(JSON.parse(text(file)) as Record<string, string>)),
    ...declared.flatMap((file) =>
      [...text(file).matchAll(/title: (?:say`([^`]+)`|'([^']+)')/g)].map(
        ([, said, written]) => said ?? written ?? '',
      ),
    ),
  ]
}

test('O-03 what the guide for whoever is on call sends them to is called so on the screen', () => {
  const named = [...text('docs/guide/on-call.md').matchAll(/(?<!\*)\*([A-Z][^*]*)\*(?!\*)/g)].map(
    ([, name = '']) => name.replaceAll('\n', ' '),
  )
  expect(named.length).toBeGreaterThan(8)
  const said = saidOnScreen()
  expect(named.filter((name) => !said.includes(name))).toEqual([])
})

test('O-01 what the README has people make in the clone is no change of it', () => {
  const made = [...text('README.md').matchAll(/--(?:key-)?out (\S+)/g)].map(([, file = '']) => file)
  expect(made.length).toBeGreaterThan(2)
  const ignored = made.filter((file) => {
    try {
      return execFileSync('git', ['check-ignore', '--', file], { cwd: REPOSITORY_ROOT }).length > 0
    } catch {
      return false
    }
  })
  expect(ignored).toEqual(made)
})
