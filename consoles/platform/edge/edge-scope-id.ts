import type { EdgeOwner } from './edge-port.ts'

const MERCHANT = 'merchant:'
const CONSOLE = 'console:'
/** All merchants together. */
const EVERYBODY = 'merchants'

/** The id of whom a limit or a list is of: `merchants`, `merchant:mer_1`, `console:platform`. */
export function edgeScopeId({
  scope,
  merchant_id,
  console,
}: {
  readonly scope: EdgeOwner['scope']
  readonly merchant_id?: string | undefined
  readonly console?: string | undefined
}): string {
  switch (scope) {
    case 'global':
      return EVERYBODY
    case 'merchant':
      return `${MERCHANT}${merchant_id ?? ''}`
    case 'console':
      return `${CONSOLE}${console ?? ''}`
  }
}

/** The inverse of {@link edgeScopeId}; undefined where it is the id of nobody. */
export function edgeOwnerOf(id: string): EdgeOwner | undefined {
  if (id === EVERYBODY) return { scope: 'global' }
  if (id.startsWith(MERCHANT) && id.length > MERCHANT.length) {
    return { scope: 'merchant', merchant_id: id.slice(MERCHANT.length) }
  }
  const console = id.startsWith(CONSOLE) ? id.slice(CONSOLE.length) : ''
  return /^[a-z]{1,32}$/.test(console) ? { scope: 'console', console } : undefined
}
