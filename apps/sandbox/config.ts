import { z } from 'zod'

/** What a running sandbox needs to know. `now` is the clock; tests move it. */
export type SandboxConfig = {
  /** A PostgreSQL database of the sandbox's own; it makes and migrates its schema. */
  readonly databaseUrl: string
  /** Loopback port; 0 takes any free one. */
  readonly port: number
  /** What callers of the upstreams present as `Authorization: Bearer …`. */
  readonly apiKey: string
  /** Where events are delivered, without the upstream's name; absent: events are only in the feeds. */
  readonly webhook?: { readonly url: string; readonly secret: string }
  /** The same seed on the same day makes the same world. */
  readonly seed: string
  readonly trickle: boolean
  readonly now?: () => Date
}

const Environment = z
  .object({
    SANDBOX_DATABASE_URL: z.url({
      protocol: /^postgres(ql)?$/,
      error: 'must be a URL such as postgres://user:secret@127.0.0.1:8087/sandbox',
    }),
    SANDBOX_PORT: z.coerce.number('must be a port').int().min(0).max(65_535).default(8086),
    SANDBOX_API_KEY: z.string('is required').min(8, 'must have 8 characters or more'),
    SANDBOX_WEBHOOK_URL: z
      .url({ protocol: /^https?$/, error: 'must be a URL such as http://127.0.0.1:8084/v1/ingest' })
      .optional(),
    SANDBOX_WEBHOOK_SECRET: z.string().min(8, 'must have 8 characters or more').optional(),
    SANDBOX_SEED: z.string().min(1).max(200).default('countersign'),
    SANDBOX_TRICKLE: z.enum(['on', 'off'], 'must be on or off').default('on'),
  })
  .refine((given) => given.SANDBOX_WEBHOOK_URL === undefined || given.SANDBOX_WEBHOOK_SECRET !== undefined, {
    path: ['SANDBOX_WEBHOOK_SECRET'],
    error: 'is required when SANDBOX_WEBHOOK_URL is set',
  })

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
    webhook:
      variables.SANDBOX_WEBHOOK_URL !== undefined && variables.SANDBOX_WEBHOOK_SECRET !== undefined
        ? { url: variables.SANDBOX_WEBHOOK_URL, secret: variables.SANDBOX_WEBHOOK_SECRET }
        : undefined,
    seed: variables.SANDBOX_SEED,
    trickle: variables.SANDBOX_TRICKLE === 'on',
  }
}
