import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { NatsSettings } from '@countersign/kernel/nats/nats-link.ts'
import { z } from 'zod'
import { pem, wholeNumber } from './config-fields.ts'

const REPLICAS_MAX = 5

const certificates = pem('must be one certificate or more in PEM', (text) => {
  new X509Certificate(text)
  return true
})

/** Where the event bus is and who we are there; without `NATS_URL` there is none. */
export const natsVariables = {
  NATS_URL: z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .refine((urls) => urls.every(isNatsUrl) && new Set(urls.map(schemeOf)).size === 1, {
      error:
        'must be URLs like nats://host:4222 or tls://host:4222 separated by commas, all of one kind, without a user',
    })
    .optional(),
  NATS_USER: z.string().optional(),
  NATS_PASSWORD: z.string().optional(),
  NATS_TOKEN: z.string().optional(),
  /** The text of a credentials file, as `nsc` writes it. */
  NATS_CREDENTIALS: z
    .string()
    .regex(/BEGIN NATS USER JWT[\s\S]*BEGIN USER NKEY SEED/, {
      error: 'must be the text of a NATS credentials file',
    })
    .optional(),
  /** Authorities that the server's certificate may come from; otherwise the system's. */
  NATS_TLS_CA: certificates.optional(),
  /** What we show, where the server asks for certificates. */
  NATS_TLS_CERTIFICATE: certificates.optional(),
  NATS_TLS_KEY: pem(
    'must be a private key in PEM',
    (text) => createPrivateKey(text).type === 'private',
  ).optional(),
}

/** Of the worker alone, which makes the stream where there is none. */
export const natsStreamVariables = {
  NATS_STREAM_REPLICAS: wholeNumber(1, REPLICAS_MAX).default(1),
}

export const NATS_SECRETS: readonly string[] = [
  'NATS_PASSWORD',
  'NATS_TOKEN',
  'NATS_CREDENTIALS',
  'NATS_TLS_CA',
  'NATS_TLS_CERTIFICATE',
  'NATS_TLS_KEY',
]

const NATS_IDENTITIES = ['NATS_USER', 'NATS_TOKEN', 'NATS_CREDENTIALS'] as const

type NatsVariables = Partial<z.output<z.ZodObject<typeof natsVariables>>>

/** What no variable of the bus shows by itself. */
export function natsContradictions(given: Readonly<Record<string, string>>): string[] {
  const set = (name: string) => given[name] !== undefined
  const named = [...Object.keys(natsVariables), ...Object.keys(natsStreamVariables)].filter(set)
  if (!set('NATS_URL')) return named.map((name) => `NATS_URL is missing; ${name} is set.`)
  const problems: string[] = []
  if (set('NATS_USER') !== set('NATS_PASSWORD')) {
    problems.push('NATS_USER and NATS_PASSWORD belong together: set both or neither.')
  }
  const identities = NATS_IDENTITIES.filter(set)
  if (identities.length > 1) problems.push(`${identities.join(' and ')} are set; keep one.`)
  if (set('NATS_TLS_CERTIFICATE') !== set('NATS_TLS_KEY')) {
    problems.push('NATS_TLS_CERTIFICATE and NATS_TLS_KEY belong together: set both or neither.')
  }
  const urls = (given.NATS_URL ?? '').split(',').map((part) => part.trim())
  if (!urls.every(isNatsUrl)) return problems
  const plain = urls.some((url) => schemeOf(url) === 'nats:')
  const tls = ['NATS_TLS_CA', 'NATS_TLS_CERTIFICATE'].filter(set)
  if (plain && tls.length > 0)
    problems.push(`NATS_URL must begin with tls:// where ${tls.join(' or ')} is set.`)
  if (plain && given.NODE_ENV === 'production' && !urls.every(isLoopback)) {
    problems.push('NATS_URL must begin with tls:// in production: what upstreams tell travels over it.')
  }
  return problems
}

/** @returns undefined where there is no bus */
export function natsSettings(config: NatsVariables): NatsSettings | undefined {
  const { NATS_URL: urls, NATS_USER: user, NATS_PASSWORD: password } = config
  if (urls === undefined) return undefined
  const identity =
    config.NATS_CREDENTIALS !== undefined
      ? { credentials: config.NATS_CREDENTIALS }
      : config.NATS_TOKEN !== undefined
        ? { token: config.NATS_TOKEN }
        : user !== undefined && password !== undefined
          ? { user, password }
          : undefined
  return {
    servers: urls.map((url) => new URL(url).host),
    ...(identity ? { identity } : {}),
    ...(urls.some((url) => schemeOf(url) === 'tls:')
      ? {
          tls: {
            ...(config.NATS_TLS_CA === undefined ? {} : { ca: config.NATS_TLS_CA }),
            ...(config.NATS_TLS_CERTIFICATE === undefined
              ? {}
              : { certificate: config.NATS_TLS_CERTIFICATE }),
            ...(config.NATS_TLS_KEY === undefined ? {} : { key: config.NATS_TLS_KEY }),
          },
        }
      : {}),
  }
}

/** A user in it would be shown wherever the configuration is. */
function isNatsUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, password, pathname, search, hash } = new URL(text)
  const bare = username === '' && password === '' && search === '' && hash === ''
  return ['nats:', 'tls:'].includes(protocol) && hostname !== '' && bare && ['', '/'].includes(pathname)
}

function schemeOf(url: string): string {
  return url.slice(0, url.indexOf(':') + 1)
}

function isLoopback(url: string): boolean {
  return ['127.0.0.1', '[::1]', 'localhost'].includes(new URL(url).hostname)
}
