import { type Said, say } from '@countersign/kernel/languages/say.ts'

export type NachaChangeCode = {
  title: Said
  /** Sent back by the originating bank, which does not accept the notification. */
  refusal: boolean
}

// Codes and their meaning: Nacha Operating Rules, Appendix Five (change codes). Titles are our own short forms.
const CHANGES: Readonly<Record<string, Said>> = {
  C01: say`Account number incorrect`,
  C02: say`Routing number incorrect`,
  C03: say`Routing and account number incorrect`,
  C04: say`Account name incorrect`,
  C05: say`Transaction code incorrect`,
  C06: say`Account number and transaction code incorrect`,
  C07: say`Routing number, account number and transaction code incorrect`,
  C08: say`Foreign bank identification incorrect (IAT)`,
  C09: say`Individual identification incorrect`,
  C13: say`Addenda format error`,
  C14: say`Outbound international payment needs SEC code IAT`,
}

const REFUSALS: Readonly<Record<string, Said>> = {
  C61: say`Notification misrouted`,
  C62: say`Trace number incorrect`,
  C63: say`Company identification incorrect`,
  C64: say`Individual identification incorrect`,
  C65: say`Corrected data incorrectly formatted`,
  C66: say`Discretionary data incorrect`,
  C67: say`Routing number is not that of the original entry`,
  C68: say`Account number is not that of the original entry`,
  C69: say`Transaction code incorrect`,
}

/** Every Nacha change code, with its title, by code. */
export const NACHA_CHANGE_CODES: ReadonlyMap<string, NachaChangeCode> = new Map<string, NachaChangeCode>([
  ...Object.entries(CHANGES).map(([code, title]) => [code, { title, refusal: false }] as const),
  ...Object.entries(REFUSALS).map(([code, title]) => [code, { title, refusal: true }] as const),
])
