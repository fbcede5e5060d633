import { titleApart } from '../approvals/ruled-actions.ts'
import type { MountedConsole } from '../console.ts'
import { english } from '../languages/make-teller.ts'
import { ANNOTATE } from '../notes/annotate.ts'

const KERNEL_WORDS: Readonly<Record<string, string>> = {
  'audit:read': 'read the audit log',
  'security:read': 'read alerts of security events',
  'requests:read': 'read requests and what became of them',
  'kernel:read': 'read what all consoles share: alerts, upstreams, who is on call',
  'access:read': 'read who holds which role',
  [ANNOTATE]: 'write notes and attach evidence',
}

/** What a permission lets somebody do, behind “may”: `ask for “Return transfer”`, `agree to “Return transfer”`. */
export function permissionWords(consoles: readonly MountedConsole[]): (permission: string) => string {
  const words = new Map(Object.entries(KERNEL_WORDS))
  for (const { name, title, actions, readPermissions } of consoles) {
    for (const permission of readPermissions) {
      if (!words.has(permission)) {
        words.set(
          permission,
          permission === `${name}:read`
            ? `read the records of ${english(title)}`
            : `read “${permission}” of ${english(title)}`,
        )
      }
    }
    for (const action of actions) {
      const called = english(titleApart(action, actions))
      words.set(action.name, `ask for “${called}”`)
      words.set(`${action.name}:decide`, `agree to “${called}”`)
    }
  }
  return (permission) => words.get(permission) ?? permission
}
