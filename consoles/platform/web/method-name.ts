/** Message ids of how a payment is made, by the upstream's word. */
export const METHOD_NAMES: Readonly<Record<string, string>> = {
  card: 'platform.method.card',
  wallet: 'platform.method.wallet',
  bank_transfer: 'platform.method.bankTransfer',
}
