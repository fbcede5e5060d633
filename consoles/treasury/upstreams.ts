import type { Treasury } from './treasury/treasury-port.ts'

/** The system of record that this console works on, reached through its connector alone. */
export type Upstreams = { readonly treasury: Treasury }
