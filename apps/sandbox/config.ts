import { z } from 'zod'
import {
  PLATFORM_UPSTREAMS,
  TRANSFERS_UPSTREAMS,
  TREASURY_UPSTREAMS,
  type TransfersUpstream,
  UPSTREAMS,
  type Upstream,
} from './upstreams.ts'

/**
 * Each upstream signs with its own: what one has signed is no other's. The events of an upstream that has none are in its
 * feed only, as long as there is no console that would take them.
 */
export type WebhookSecrets = Readonly<Record<TransfersUpstream, string> & Partial<Record<Upstream, string>>>

/** What a running sandbox needs to know. `now` is the clock; tests move it. */
export type SandboxConfig = {
  /** A PostgreSQL database of the sandbox's own; it makes and migrates its schema. */
  readonly databaseUrl: string
  /** Loopback port; 0 takes any free one. */
  readonly port: number
  /** What callers of the upstreams present as `Authorization: Bearer …`. */
  readonly apiKey: string
  /** A key that only stages files: for who imports them. */
  readonly stagingKey?: string
  /** Where events are delivered, without the upstream's name; absent: events are only in the feeds. */
  readonly webhook?: { readonly url: string; readonly secrets: WebhookSecrets }
  /** The same seed on the same day makes the same world. */
  readonly seed: string
  readonly trickle: boolean
  /**
   * Whether time does its work by itself: what merchants have sold is settled to them, breakers of gateways are tried again.
   * As the trickle is at the start, if absent.
   */
  readonly settlements?: boolean
  /** How many transactions of merchants a new world has. */
  readonly transactions?: number
  readonly now?: () => Date
}

/** The demo world; `SANDBOX_TRANSACTIONS=1000000` makes the one at scale. */
const TRANSACTIONS_DEFAULT = 5_000
const TRANSACTIONS_MAX = 5_000_000

const webhookSecret = z.string().min(8, 'must have 8 characters or more').optional()

const Environment = z
  .object({
    SANDBOX_DATABASE_URL: z.url({
      protocol: /^postgres(ql)?$/,
      error: 'must be a URL such as postgres://user:secret@127.0.0.1:8087/sandbox',
    }),
    SANDBOX_PORT: z.coerce.number('must be a port').int().min(0).max(65_535).default(8086),
    SANDBOX_API_KEY: z.string('is required').min(8, 'must have 8 characters or more'),
    SANDBOX_STAGING_KEY: z.string().min(8, 'must have 8 characters or more').optional(),
    SANDBOX_WEBHOOK_URL: z
      .url({ protocol: /^https?$/, error: 'must be a URL such as http://127.0.0.1:8084/v1/ingest' })
      .optional(),
    ...Object.fromEntries(UPSTREAMS.map((upstream) => [secretVariable(upstream), webhookSecret])),
    SANDBOX_SEED: z.string().min(1).max(200).default('countersign'),
    SANDBOX_TRICKLE: z.enum(['on', 'off'], 'must be on or off').default('on'),
    SANDBOX_SETTLEMENTS: z.enum(['on', 'off'], 'must be on or off').optional(),
    SANDBOX_TRANSACTIONS: z.coerce
      .number('must be a number')
      .int()
      .min(0)
      .max(TRANSACTIONS_MAX)
      .default(TRANSACTIONS_DEFAULT),
  })
  .superRefine((given, context) => {
    if (given.SANDBOX_WEBHOOK_URL === undefined) return
    for (const variable of TRANSFERS_UPSTREAMS.map(secretVariable)) {
      if (variable in given) continue
      context.addIssue({
        code: 'custom',
        path: [variable],
        message: 'is required when SANDBOX_WEBHOOK_URL is set',
      })
    }
  })

function secretVariable(upstream: Upstream): string {
  return `SANDBOX_WEBHOOK_SECRET_${upstream.toUpperCase()}`
}

/**
 * Reads the configuration from environment variables.
 *
 * @throws Error naming every variable that is wrong and what it must be
 */
export function configFromEnvironment(environment: NodeJS.ProcessEnv): SandboxConfig {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const parsed = Environment.safeParse(given)
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')} ${issue.message}`)
    throw new Error(`The sandbox cannot start with this configuration:\n${problems.join('\n')}`)
  }
  const variables = parsed.data
  return {
    databaseUrl: variables.SANDBOX_DATABASE_URL,
    port: variables.SANDBOX_PORT,
    apiKey: variables.SANDBOX_API_KEY,
    stagingKey: variables.SANDBOX_STAGING_KEY,
    webhook:
      variables.SANDBOX_WEBHOOK_URL === undefined
        ? undefined
        : { url: variables.SANDBOX_WEBHOOK_URL, secrets: webhookSecrets(given) },
    seed: variables.SANDBOX_SEED,
    trickle: variables.SANDBOX_TRICKLE === 'on',
    settlements:
      variables.SANDBOX_SETTLEMENTS === undefined ? undefined : variables.SANDBOX_SETTLEMENTS === 'on',
    transactions: variables.SANDBOX_TRANSACTIONS,
  }
}

/** Of an environment in which each has been found. */
function webhookSecrets(given: NodeJS.ProcessEnv): WebhookSecrets {
  const secretOf = (upstream: Upstream) => given[secretVariable(upstream)] ?? ''
  return {
    cts: secretOf('cts'),
    ledger: secretOf('ledger'),
    recon: secretOf('recon'),
    compliance: secretOf('compliance'),
    ...Object.fromEntries(
      [...PLATFORM_UPSTREAMS, ...TREASURY_UPSTREAMS].flatMap((upstream) =>
        secretOf(upstream) === '' ? [] : [[upstream, secretOf(upstream)]],
      ),
    ),
  }
}
