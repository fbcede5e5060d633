import type { EffectContext } from '@countersign/kernel/actions/define-action.ts'
import type { Allowlist } from './allowlist.ts'

/**
 * The address from which a list of this console was asked for: the edge looks at it once more at the moment at which the list takes
 * effect. Of a merchant's list it is of no concern; nor where it was erased meanwhile.
 */
export async function requestedFrom(
  { scope }: { readonly scope: Allowlist['scope'] | 'global' },
  { input }: Pick<EffectContext<unknown>, 'input'>,
): Promise<{ readonly requested_from?: string }> {
  if (scope !== 'console') return {}
  const { requested_from } = await input()
  return typeof requested_from === 'string' ? { requested_from } : {}
}
