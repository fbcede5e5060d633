export type NachaChangeCode = {
  title: string
  /** Sent back by the originating bank, which does not accept the notification. */
  refusal: boolean
}

// Codes and their meaning: Nacha Operating Rules, Appendix Five (change codes). Titles are our own short forms.
const CHANGES: Readonly<Record<string, string>> = {
  C01: 'Account number incorrect',
  C02: 'Routing number incorrect',
  C03: 'Routing and account number incorrect',
  C04: 'Account name incorrect',
  C05: 'Transaction code incorrect',
  C06: 'Account number and transaction code incorrect',
  C07: 'Routing number, account number and transaction code incorrect',
  C08: 'Foreign bank identification incorrect (IAT)',
  C09: 'Individual identification incorrect',
  C13: 'Addenda format error',
  C14: 'Outbound international payment needs SEC code IAT',
}

const REFUSALS: Readonly<Record<string, string>> = {
  C61: 'Notification misrouted',
  C62: 'Trace number incorrect',
  C63: 'Company identification incorrect',
  C64: 'Individual identification incorrect',
  C65: 'Corrected data incorrectly formatted',
  C66: 'Discretionary data incorrect',
  C67: 'Routing number is not that of the original entry',
  C68: 'Account number is not that of the original entry',
  C69: 'Transaction code incorrect',
}

/** Every Nacha change code, with its title, by code. */
export const NACHA_CHANGE_CODES: ReadonlyMap<string, NachaChangeCode> = new Map<string, NachaChangeCode>([
  ...Object.entries(CHANGES).map(([code, title]) => [code, { title, refusal: false }] as const),
  ...Object.entries(REFUSALS).map(([code, title]) => [code, { title, refusal: true }] as const),
])
