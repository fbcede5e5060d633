import { type Said, say } from '@countersign/kernel/languages/say.ts'
import type { Transfer } from './transfer.ts'

const TITLES: Readonly<Record<Transfer['state'], Said>> = {
  created: say`created`,
  settled: say`settled`,
  return_received: say`return received`,
  returned: say`returned`,
  return_dishonoured: say`return dishonoured`,
  dishonour_received: say`dishonour received`,
  cancelled: say`cancelled`,
}

/** What people call the state of a transfer. */
export function stateTitle(state: Transfer['state']): Said {
  return TITLES[state]
}
