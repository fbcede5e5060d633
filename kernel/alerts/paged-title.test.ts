import { expect, test } from 'vitest'
import { kernelConsole } from '../kernel-console.ts'
import { english } from '../languages/make-teller.ts'

test('K-47 the timeline of an alert says how many were told and by what, and where nobody was, that', () => {
  const title = kernelConsole.eventTitles['kernel.alert.paged']
  const said = (people: string[], channels: string[]) =>
    english(typeof title === 'function' ? title({ page: 1, people, channels }, '') : (title ?? ''))
  expect(said([], [])).toBe('Nobody could be told')
  expect(said(['awa'], ['email'])).toBe('Told: one person by e-mail')
  expect(said(['awa', 'jonas'], ['email', 'webhook'])).toBe('Told: 2 people by e-mail, the webhook')
  expect(said([], ['webhook'])).toBe('Told: the webhook')
})
