import { describe, expect, test } from 'vitest'
import { createIntent, INTENT_AUTOMATIC_TRIES } from './intent.ts'
import { ProblemError, UnreachableError } from './problem.ts'

type Sent = { body: string; key: string }

function harness(answers: (() => Promise<string>)[]) {
  const sent: Sent[] = []
  const accepted: string[] = []
  let keys = 0
  const intent = createIntent<string, string>({
    send: (body, key) => {
      sent.push({ body, key })
      const answer = answers.shift()
      if (answer === undefined) throw new Error('the test gave no further answer')
      return answer()
    },
    accepted: (answer) => accepted.push(answer),
    changed: () => undefined,
    newKey: () => `key-${++keys}`,
    wait: () => Promise.resolve(),
  })
  return { intent, sent, accepted }
}

const lost = () => Promise.reject(new UnreachableError('reset'))
const refused = () => Promise.reject(new ProblemError({ type: 'about:blank', title: 'No', status: 422 }))
const inFlight = () =>
  Promise.reject(new ProblemError({ type: 'about:blank', title: 'Wait', status: 409 }, 1))

describe('K-12 one intent acts once', () => {
  test('K-12 a double click sends one request', async () => {
    const { intent, sent, accepted } = harness([() => Promise.resolve('done')])
    await Promise.all([intent.send('a'), intent.send('a')])
    await intent.send('a')
    expect(sent).toEqual([{ body: 'a', key: 'key-1' }])
    expect(accepted).toEqual(['done'])
  })

  test('K-12 a lost answer is retried under the same key', async () => {
    const { intent, sent, accepted } = harness([lost, inFlight, () => Promise.resolve('done')])
    await intent.send('a')
    expect(sent.map((one) => one.key)).toEqual(['key-1', 'key-1', 'key-1'])
    expect(accepted).toEqual(['done'])
  })

  test('K-12 while the outcome is unknown, what is sent again is the first body under the first key', async () => {
    const { intent, sent } = harness([
      ...Array.from({ length: INTENT_AUTOMATIC_TRIES }, () => lost),
      () => Promise.resolve('done'),
    ])
    await intent.send('first')
    expect(intent.state().phase).toBe('undecided')
    await intent.send('second')
    expect(sent.at(-1)).toEqual({ body: 'first', key: 'key-1' })
  })

  test('K-12 after a refusal a new try is an intent of its own', async () => {
    const { intent, sent } = harness([refused, () => Promise.resolve('done')])
    await intent.send('a')
    expect(intent.state().phase).toBe('refused')
    await intent.send('b')
    expect(sent).toEqual([
      { body: 'a', key: 'key-1' },
      { body: 'b', key: 'key-2' },
    ])
  })
})
