import { type Refusal, refuseAsBreach } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import type { EdgeOwner } from './edge-port.ts'

/** This console, as the edge names it. */
export const THIS_CONSOLE = 'platform'

/** Whom a limit or a list says that it is of. */
export function edgeOwner(record: {
  readonly scope: EdgeOwner['scope']
  readonly merchant_id?: string | undefined
  readonly console?: string | undefined
}): EdgeOwner {
  switch (record.scope) {
    case 'global':
      return { scope: 'global' }
    case 'merchant':
      return { scope: 'merchant', merchant_id: record.merchant_id ?? '' }
    case 'console':
      return { scope: 'console', console: record.console ?? '' }
  }
}

/**
 * P-05 P-11: who may come to another console, and how often, is no business of operations: whoever could shut finance out of theirs would
 * have a say in what moves.
 */
export function unlessOurs(owner: EdgeOwner): Refusal | undefined {
  return owner.scope !== 'console' || owner.console === THIS_CONSOLE
    ? undefined
    : refuseAsBreach(
        'covers_another_console',
        say`It covers the console ${owner.console}. Operations set limits and lists of merchants and of their own console alone.`,
      )
}

/** Of this console, or of every merchant at once, it takes a second administrator: one alone could bring all of it to a standstill. */
export const secondAdministrator = [
  {
    when: { scope: 'console' },
    scopeTitle: say`the console itself`,
    required: 1,
    eligibleRoles: ['platform/PLATFORM_ADMIN'],
  },
  {
    when: { scope: 'global' },
    scopeTitle: say`all merchants together`,
    required: 1,
    eligibleRoles: ['platform/PLATFORM_ADMIN'],
  },
]
