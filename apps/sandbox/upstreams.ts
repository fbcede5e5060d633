/** The systems of record that the sandbox plays. Each has its own path, events and webhook. */
export const UPSTREAMS = ['cts', 'ledger', 'recon', 'compliance'] as const
export type Upstream = (typeof UPSTREAMS)[number]

/** Outside parties that offer less: they know no idempotency keys and tell of nothing by themselves. */
export const OUTSIDE_PARTIES = ['banks', 'gateways', 'carriers'] as const
export type OutsideParty = (typeof OUTSIDE_PARTIES)[number]

export const EVERY_UPSTREAM = [...UPSTREAMS, ...OUTSIDE_PARTIES] as const
export type AnyUpstream = Upstream | OutsideParty
