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
