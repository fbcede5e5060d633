/** The systems of record of the transfers console. */
export const TRANSFERS_UPSTREAMS = ['cts', 'ledger', 'recon', 'compliance'] as const
export type TransfersUpstream = (typeof TRANSFERS_UPSTREAMS)[number]

/** Those of the platform console. */
export const PLATFORM_UPSTREAMS = ['merchants', 'gateways', 'edge'] as const
type PlatformUpstream = (typeof PLATFORM_UPSTREAMS)[number]

/** Those of the treasury console. */
export const TREASURY_UPSTREAMS = ['treasury'] as const
type TreasuryUpstream = (typeof TREASURY_UPSTREAMS)[number]

/** The systems of record that the sandbox plays. Each has its own path, events and webhook. */
export const UPSTREAMS = [...TRANSFERS_UPSTREAMS, ...PLATFORM_UPSTREAMS, ...TREASURY_UPSTREAMS] as const
export type Upstream = TransfersUpstream | PlatformUpstream | TreasuryUpstream

/** Outside parties that offer less: they know no idempotency keys and tell of nothing by themselves. */
export const OUTSIDE_PARTIES = ['banks', 'hosts', 'carriers'] as const
export type OutsideParty = (typeof OUTSIDE_PARTIES)[number]

export const EVERY_UPSTREAM = [...UPSTREAMS, ...OUTSIDE_PARTIES] as const
export type AnyUpstream = Upstream | OutsideParty
