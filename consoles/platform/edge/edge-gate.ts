import { BlockList, isIP } from 'node:net'
import type { Failure } from '@countersign/kernel/actions/failure.ts'
import type { ConsoleGate, GateAsked, MakeConsoleGate } from '@countersign/kernel/http/console-gate.ts'
import { makeQuotaLimit, type RateLimit } from '@countersign/kernel/http/rate-limit.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import { type AllowlistEntry, allowlistSchema } from '../allowlist/allowlist.ts'
import { rateLimitSchema } from '../rate-limit/rate-limit.ts'
import { THIS_CONSOLE } from './edge-owner.ts'
import { readNetwork } from './network.ts'

const recordsSchema = z.object({ limits: z.array(rateLimitSchema), lists: z.array(allowlistSchema) })
export type EnforcedRecords = z.output<typeof recordsSchema>

/** What puts a limit right waits for no limit of this console: one that is too low can be taken back. */
const PUTS_LIMITS_RIGHT = [
  '/api/ops/rate-limits',
  '/v1/actions/platform.change_rate_limit',
  '/v1/actions/platform.withdraw_rate_limit',
]

/**
 * P-05 P-06: the limits and lists of this console, enforced on its own API from the copy that the edge's events keep. What was read last
 * holds while neither the edge nor the database answers.
 */
export const makeEdgeGate: MakeConsoleGate = ({ pool, now }) => {
  const rules = makeEdgeRules(now)
  return {
    admits: rules.admits,
    letsGoOn: rules.letsGoOn,
    async read() {
      const { rows } = await pool.query<{ records: unknown }>({
        name: 'enforced-edge-records',
        text: `SELECT jsonb_build_object(
                        'limits', coalesce(jsonb_agg(record ORDER BY id) FILTER (WHERE kind = 'rate_limit'), '[]'),
                        'lists', coalesce(jsonb_agg(record ORDER BY id) FILTER (WHERE kind = 'allowlist'), '[]')) AS records
                 FROM platform.edge_record WHERE active AND console = $1`,
        values: [THIS_CONSOLE],
      })
      rules.take(recordsSchema.parse(rows[0]?.records))
    },
  }
}

type EnforcedLimit = {
  readonly id: string
  readonly version: number
  readonly route: string
  readonly left: RateLimit
}

/** The rules in memory, without where they come from. */
export function makeEdgeRules(
  now: () => Date,
): Pick<ConsoleGate, 'admits' | 'letsGoOn'> & { readonly take: (records: EnforcedRecords) => void } {
  let limits: readonly EnforcedLimit[] = []
  let lists: readonly EnforcedList[] = []
  let known = ''
  const isListed = (ip: string) => lists.every((list) => list.holds(ip, now()))
  return {
    take(records) {
      const read = JSON.stringify(records)
      if (read === known) return
      known = read
      // A limit that has not changed goes on with what its callers have left.
      limits = records.limits.map(({ id, version, route, limit, window_s, burst }) => {
        const before = limits.find((one) => one.id === id && one.version === version)
        return (
          before ?? { id, version, route, left: makeQuotaLimit({ limit, windowS: window_s, burst }, now) }
        )
      })
      lists = records.lists.map(({ entries }) => makeEnforcedList(entries))
    },
    admits(asked) {
      return isListed(asked.ip) ? overLimit(limits, asked) : OUTSIDE
    },
    letsGoOn: ({ ip }) => isListed(ip),
  }
}

const OUTSIDE: Failure = {
  kind: 'forbidden',
  code: 'address_not_listed',
  message: say`The address that you come from is not in the allowlist of this console.`,
}

function overLimit(limits: readonly EnforcedLimit[], asked: GateAsked): Failure | undefined {
  if (limits.length === 0) return undefined
  const paths = pathsOf(asked)
  const held = limits.filter(({ route }) => isAt(route, paths))
  if (held.length === 0 || putsLimitsRight(asked, paths)) return undefined
  // First looked at, then taken: what one limit refuses takes nothing from another.
  for (const { left } of held) {
    const refused = left.peek(asked.principal)
    if (refused) return refused
  }
  for (const { left } of held) left.take(asked.principal)
  return undefined
}

/** To look at limits puts none of them right. */
function putsLimitsRight({ method }: GateAsked, paths: readonly string[]): boolean {
  return method !== 'GET' && method !== 'HEAD' && PUTS_LIMITS_RIGHT.some((at) => isAt(at, paths))
}

/**
 * What a request is at: the route that was met, so that no way of writing a path gets round it; the path, which names a record; and that
 * as the routes read it, since what names a record or an action may be written with escapes.
 */
function pathsOf({ route, path }: GateAsked): readonly string[] {
  const written = path.includes('%') ? [path, decoded(path)] : [path]
  return route === undefined ? written : [route, ...written]
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    // No route takes what is not UTF-8.
    return path
  }
}

/** In whole segments: what is limited at `/v1/pay` is not at `/v1/payments`. */
function isAt(route: string, paths: readonly string[]): boolean {
  return paths.some(
    (path) =>
      path.startsWith(route) &&
      (path.length === route.length || route.endsWith('/') || path[route.length] === '/'),
  )
}

/** Addresses of which it is remembered whether the list holds them. */
const ADDRESSES_MAX = 10_000

type EnforcedList = { readonly holds: (ip: string, at: Date) => boolean }

/** Node's own list of networks; made anew when the next of its entries has expired. */
function makeEnforcedList(entries: readonly AllowlistEntry[]): EnforcedList {
  let networks = new BlockList()
  let untilMs = Number.NEGATIVE_INFINITY
  const known = new Map<string, boolean>()
  return {
    holds(ip, at) {
      if (at.getTime() >= untilMs) {
        known.clear()
        ;({ networks, untilMs } = inForce(entries, at))
      }
      const before = known.get(ip)
      if (before !== undefined) return before
      // Of the link, an address may name its interface, which means nothing here.
      const address = ip.split('%')[0] ?? ip
      const family = isIP(address)
      if (family === 0) return false
      const held = networks.check(address, family === 6 ? 'ipv6' : 'ipv4')
      // Anybody can come from many addresses; those who may are few.
      if (known.size >= ADDRESSES_MAX) known.clear()
      known.set(ip, held)
      return held
    },
  }
}

function inForce(entries: readonly AllowlistEntry[], at: Date): { networks: BlockList; untilMs: number } {
  const networks = new BlockList()
  let untilMs = Number.POSITIVE_INFINITY
  for (const { cidr, expires_at } of entries) {
    const expiresMs = expires_at === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires_at)
    const network = readNetwork(cidr)
    if (expiresMs <= at.getTime() || 'wrong' in network) continue
    networks.addSubnet(network.address, network.length, network.family)
    untilMs = Math.min(untilMs, expiresMs)
  }
  return { networks, untilMs }
}
