/** The systems of record that the sandbox plays. Each has its own path, events and webhook. */
export const UPSTREAMS = ['cts', 'ledger', 'recon', 'compliance'] as const
export type Upstream = (typeof UPSTREAMS)[number]
