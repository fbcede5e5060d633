import { expect, test } from 'vitest'
import { actorWords } from './actor-words.ts'
import { outcomeWords } from './outcome.tsx'

const t = (id: string) => id

test('X-12 an outcome is worded as requests are', () => {
  expect(outcomeWords({ outcome: 'authorized' }, t)).toBe('request.state.authorized')
  expect(outcomeWords({ outcome: 'approve' }, t)).toBe('audit.outcome.approve')
  expect(outcomeWords({ outcome: 'pending' }, t)).toBe('request.transition.start')
  expect(outcomeWords({ outcome: 'signed_in' }, t)).toBe('audit.outcome.signedIn')
  expect(outcomeWords({ outcome: 'of_a_newer_version' }, t)).toBe('of a newer version')
})

test('X-12 whoever did it is named, the machine as the console', () => {
  expect(actorWords({ actor: { id: 'p1', name: 'Amara Okafor' } }, t)).toBe('Amara Okafor')
  expect(actorWords({ actor: { id: 'p1' } }, t)).toBe('p1')
  expect(actorWords({ actor: { id: 'system:dispatcher@vm:1' } }, t)).toBe('audit.nobody')
})
