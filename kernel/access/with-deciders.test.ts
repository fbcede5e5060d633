import { expect, test } from 'vitest'
import type { BoundAction, MountedConsole } from '../console.ts'
import type { Access } from './access.ts'
import { withDeciders } from './with-deciders.ts'

const declared = (name: string, required: number, eligibleRoles: string[]) =>
  ({ name, approvals: { required, eligibleRoles, expiresInS: 60 } }) as unknown as BoundAction

const access = {
  rolesFor: (permission: string) =>
    permission === 'kernel.mend:decide' ? ['depot/CHIEF', 'yard/CHIEF'] : [],
} as unknown as Access

test('K-16 K-30 nobody is asked to agree to what they may not open: the console does not start', () => {
  const opened = { ...declared('depot.open', 1, ['depot/CHIEF']), openedBeforeAgreeing: true }
  const start = (mayOpen: string[]) => () =>
    withDeciders([{ actions: [opened] } as unknown as MountedConsole], {
      rolesFor: (permission: string) => (permission === 'kernel.reveal_request' ? mayOpen : ['depot/CHIEF']),
    } as unknown as Access)
  expect(start([])).toThrow('depot/CHIEF decides on depot.open')
  expect(start(['depot/CHIEF'])).not.toThrow()
})

test('K-14 what names no roles to countersign it is countersigned by whoever policy lets decide on it', () => {
  const actions = [
    declared('kernel.mend', 2, []),
    declared('depot.open', 1, ['depot/CHIEF']),
    declared('depot.look', 0, []),
  ]
  const [console] = withDeciders([{ actions } as unknown as MountedConsole], access)
  expect(console?.actions.map(({ approvals }) => approvals.eligibleRoles)).toEqual([
    ['depot/CHIEF', 'yard/CHIEF'],
    ['depot/CHIEF'],
    [],
  ])
  expect(console?.actions[0]?.approvals).toMatchObject({ required: 2, expiresInS: 60 })
})
