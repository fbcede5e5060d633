import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { english } from '../languages/make-teller.ts'
import { say } from '../languages/say.ts'
import { alertTitle, defineAlertKind, undeclaredKind } from './alert-kind.ts'
import { kernelAlertKinds } from './kernel-alert-kinds.ts'

const guide = readFileSync(new URL('../../docs/guide/alerts.md', import.meta.url), 'utf8')

test('K-47 the guide says of every alert what it means and what to do, and of none that there is not', () => {
  const headings = [...guide.matchAll(/^### ([a-z-]+)$/gm)].map(([, name]) => name)
  const runbooks = [...kernelAlertKinds, undeclaredKind('gone.kind')].map(({ runbook }) => runbook)
  expect(headings.toSorted()).toEqual(runbooks.toSorted())
})

test('K-47 of everything that the guide explains, the console has a text that says what to do', () => {
  const page = new URL('../../apps/web/system/runbook.messages.en.json', import.meta.url)
  const texts = Object.keys(JSON.parse(readFileSync(page, 'utf8')) as Record<string, string>)
  const headings = [...guide.matchAll(/^### ([a-z-]+)$/gm)].map(([, name]) => `runbook.${name}`)
  expect(texts.filter((id) => !id.startsWith('runbook.open.')).toSorted()).toEqual(headings.toSorted())
})

test('K-47 the guide’s severities are those declared', () => {
  for (const { runbook, severity } of kernelAlertKinds) {
    const [, section = ''] = guide.split(`### ${runbook}\n`)
    expect(section.trimStart().toLowerCase(), runbook).toMatch(new RegExp(`^\\*${severity}[;:]`))
  }
})

test('K-47 a title is filled in with its facts; a missing one is seen to be missing', () => {
  expect(
    english(
      alertTitle(
        { title: (fact) => say`Items of ${fact('queue')} and ${fact('more')}` },
        { queue: 'hall.errands' },
      ),
    ),
  ).toBe('Items of hall.errands and ?')
})

test('K-47 a kind that cannot be used does not start', () => {
  const kind = kernelAlertKinds[0]
  if (!kind) throw new Error('there are no kinds')
  expect(() => defineAlertKind({ ...kind, name: 'Kernel.x' })).toThrow(/console\.word/)
  expect(() => defineAlertKind({ ...kind, escalateAfterS: 1 })).toThrow(/at least 60/)
})
