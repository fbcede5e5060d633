import { expect, test } from 'vitest'
import { calledOf } from './people-of-console.ts'

const people = [
  { id: 'transfers-ADMIN', name: 'Amara Okafor' },
  { id: 'svc', name: 'svc' },
]

test.each([
  ['transfers-ADMIN', 'Amara Okafor (transfers-ADMIN)'],
  ['svc', 'svc'],
  ['gone', 'gone'],
])(
  'K-47 X-05 an account is called by the name of its person, with the account behind it: %s',
  (account, called) => {
    expect(calledOf(people, account)).toBe(called)
  },
)
