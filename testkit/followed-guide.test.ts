import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeAccess } from '@countersign/kernel/access/access.ts'
import { permissionsOf } from '@countersign/kernel/console.ts'
import { declarations } from '@countersign/server/declarations.ts'
import { roles } from '@countersign/server/roles.ts'
import { REPOSITORY_ROOT } from '@countersign/tools/home/home.ts'
import { expect, test } from 'vitest'
import { readGuide } from './followed-guide.ts'

test('K-38 a console of one’s own is one folder and a line in the two lists of consoles: the guide changes no file of the kernel', () => {
  const { files, edits } = readGuide(
    readFileSync(join(REPOSITORY_ROOT, 'docs', 'guide', 'your-own-console.md'), 'utf8'),
  )
  expect(files.size).toBeGreaterThan(10)
  expect([...files.keys()].filter((path) => !path.startsWith('consoles/vouchers/'))).toEqual([])
  expect([...edits.keys()].toSorted()).toEqual(['apps/server/installed-consoles.ts', 'apps/web/consoles.ts'])
})

/** Without it where somebody has followed the guide in this very repository. */
const others = declarations.filter(({ name }) => name !== 'vouchers')
const otherRoles = roles.filter(({ role }) => !role.startsWith('vouchers/'))

test('K-38 whoever follows the guide can run the console: its managers answer its alerts and dead letters, its clerks give and put off work', () => {
  const guide = readGuide(readFileSync(join(REPOSITORY_ROOT, 'docs', 'guide', 'your-own-console.md'), 'utf8'))
  const policies = guide.files.get('consoles/vouchers/vouchers.cedar') ?? ''
  const own = [...policies.matchAll(/Action::"(vouchers[.:][a-z_:]+)"/g)].flatMap(([, name]) => name ?? [])
  const access = makeAccess({
    roles: [...otherRoles, { role: 'vouchers/CLERK', title: '' }, { role: 'vouchers/MANAGER', title: '' }],
    permissions: [
      ...permissionsOf(others),
      ...[...new Set(own)].map((name) => ({
        name,
        kind: name.endsWith(':decide') ? ('decide' as const) : ('change' as const),
        movesMoney: false,
      })),
    ],
    policies: {
      ...Object.fromEntries(others.flatMap((console) => Object.entries(console.policies))),
      'vouchers.cedar': policies,
    },
  })
  const allowed = (role: string, actions: readonly string[]) =>
    actions.filter((action) => access.mayEver({ kind: 'person', roles: [role] }, `kernel.${action}`))
  const work = ['claim_item', 'release_item', 'assign_item', 'snooze_item', 'wake_item', 'save_view']
  const running = [
    ...['acknowledge_alert', 'silence_alert', 'escalate_alert', 'change_roster', 'change_roster:decide'],
    ...['replay_dead_letter', 'discard_dead_letter', 'pause_upstream', 'resume_upstream', 'resolve_outcome'],
  ]
  expect(allowed('vouchers/CLERK', [...work, ...running])).toEqual(work)
  expect(allowed('vouchers/MANAGER', [...work, ...running])).toEqual([...work, ...running])
  // What is the whole installation's is not a console's to change because somebody followed the guide.
  const everybodys = [
    'grant_role',
    'skip_event',
    'change_approval_policy',
    'recover_audit_log',
    'release_evidence',
  ]
  expect(allowed('vouchers/MANAGER', everybodys)).toEqual([])
})
