import { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import { Id, Instant, text, Version } from '../http/fields.ts'
import { isRefusal, type Refusal, refuse } from '../http/problem.ts'
import type { Outcome } from '../http/route.ts'
import {
  ALLOWLIST,
  type Asked,
  ConsoleName,
  keepVersion,
  recordToChange,
  unknownMerchant,
} from './edge-record.ts'
import { addressOf, type Network, overlap, readNetwork } from './network.ts'

const ENTRIES_MAX = 200
/** Whose list it is where none is named. */
export const PLATFORM = 'platform'

const Cidr = z
  .string()
  .max(80)
  .transform((written, context): string => {
    const read = readNetwork(written)
    if (typeof read !== 'string') return read.cidr
    context.addIssue({ code: 'custom', message: read })
    return z.NEVER
  })
const EntryRequest = z.strictObject({ name: text(80, 1), cidr: Cidr, expires_at: Instant.optional() })
const Entry = EntryRequest.extend({ cidr: z.string() })
export type AllowlistEntry = z.infer<typeof Entry>

const Entries = z.array(EntryRequest).max(ENTRIES_MAX)
const Address = z.string().refine((written) => addressOf(written) !== undefined, {
  message: 'must be one IPv4 or IPv6 address',
})

export const AllowlistSchema = z.strictObject({
  id: Id,
  version: Version,
  scope: z.enum(['console', 'merchant']),
  merchant_id: Id.optional(),
  console: ConsoleName.optional().meta({ description: 'Whose operators, for the scope console.' }),
  entries: z.array(Entry),
  state: z.enum(['active', 'withdrawn']),
  reason: z.string().optional(),
  created_at: Instant,
  changed_at: Instant,
})

const Wanted = z.strictObject({
  entries: Entries.meta({ description: 'The whole list; IPv4 mapped into IPv6 is kept as IPv4.' }),
  requested_from: Address.optional().meta({ description: 'An address that the list must let in.' }),
  reason: text(200, 1),
  note: text(4_000).optional(),
})
export const NewAllowlist = Wanted.extend({
  scope: z.enum(['console', 'merchant']),
  merchant_id: Id.optional(),
  console: ConsoleName.optional().meta({ description: 'For the scope console; `platform` if absent.' }),
})
  .refine(({ scope, merchant_id }) => (scope === 'merchant') === (merchant_id !== undefined), {
    path: ['merchant_id'],
    message: 'must be there for the scope merchant, and only for that',
  })
  .refine(({ scope, console }) => scope === 'console' || console === undefined, {
    path: ['console'],
    message: 'must be there for the scope console only',
  })
export const AllowlistChange = Wanted

/** Lets in, of one merchant or of the console's operators, only who comes from these networks. */
export async function addAllowlist(
  tx: Transaction,
  asked: Asked,
  wanted: z.infer<typeof NewAllowlist>,
): Promise<Outcome> {
  const refusal = (await unknownMerchant(tx, wanted.merchant_id)) ?? wrongEntries(wanted, asked.at)
  if (refusal) return refusal
  const console = wanted.scope === 'console' ? (wanted.console ?? PLATFORM) : null
  const added = await tx.query(
    `INSERT INTO edge.allowlist (id, merchant_id, console, entries, reason, created_at, changed_at)
     VALUES ($1, $2, $3, $4, $5, $6, $6)
     ON CONFLICT (coalesce(merchant_id, ''), coalesce(console, '')) WHERE state = 'active' DO NOTHING`,
    [asked.id, wanted.merchant_id ?? null, console, JSON.stringify(wanted.entries), wanted.reason, asked.at],
  )
  if (added.rowCount === 0) {
    const { rows } = await tx.query<{ id: string }>(
      `SELECT id FROM edge.allowlist
       WHERE state = 'active' AND coalesce(merchant_id, '') = $1 AND coalesce(console, '') = $2`,
      [wanted.merchant_id ?? '', console ?? ''],
    )
    const whose = console === null ? `the merchant ${wanted.merchant_id}` : `the console ${console}`
    return refuse('allowlist_exists', `${rows[0]?.id} is the list of ${whose}. Change that one.`)
  }
  return keepVersion(tx, ALLOWLIST, 'created', asked)
}

/** Replaces the entries of a list. */
export async function changeAllowlist(
  tx: Transaction,
  asked: Asked,
  wanted: z.infer<typeof AllowlistChange>,
): Promise<Outcome> {
  const record = await recordToChange(tx, ALLOWLIST, asked)
  if (isRefusal(record)) return record
  const refusal = wrongEntries(wanted, asked.at)
  if (refusal) return refusal
  await tx.query(
    `UPDATE edge.allowlist SET entries = $2, reason = $3, changed_at = $4, version = version + 1 WHERE id = $1`,
    [asked.id, JSON.stringify(wanted.entries), wanted.reason, asked.at],
  )
  return keepVersion(tx, ALLOWLIST, 'changed', asked)
}

/** Whether a list lets an address in at a time. */
export function letsIn(entries: readonly AllowlistEntry[], address: Network, at: Date): boolean {
  return entries.some((entry) => inForce(entry, at) && overlap(networkOf(entry), address))
}

function wrongEntries({ entries, requested_from }: z.infer<typeof Wanted>, at: Date): Refusal | undefined {
  const twice = overlapping(entries)
  if (twice) return twice
  if (!entries.some((entry) => inForce(entry, at))) {
    const message =
      entries.length === 0
        ? 'must have an entry: an empty list would let nobody in. Withdraw the list to let everybody in'
        : 'must have an entry that has not expired: the list would let nobody in'
    return refuse('would_lock_out', `entries ${message}.`, [{ field: 'entries', message }])
  }
  const from = requested_from === undefined ? undefined : addressOf(requested_from)
  if (from && !letsIn(entries, from, at)) {
    const message = `must hold ${requested_from}, from where this is asked for`
    return refuse('would_lock_out', `entries ${message}.`, [{ field: 'entries', message }])
  }
  return undefined
}

function overlapping(entries: readonly AllowlistEntry[]): Refusal | undefined {
  const read = entries.map((entry) => ({ ...entry, network: networkOf(entry) }))
  for (const [index, entry] of read.entries()) {
    const other = read.slice(0, index).find((before) => overlap(before.network, entry.network))
    if (!other) continue
    const message = `must not overlap: "${entry.name}" (${entry.cidr}) shares addresses with "${other.name}" (${other.cidr})`
    const field = `entries.${index}.cidr`
    return refuse('networks_overlap', `${field} ${message}.`, [{ field, message }])
  }
  return undefined
}

function inForce({ expires_at }: AllowlistEntry, at: Date): boolean {
  return expires_at === undefined || new Date(expires_at) > at
}

/** Of an entry that has been read before. */
function networkOf({ cidr }: AllowlistEntry): Network {
  const read = readNetwork(cidr)
  if (typeof read === 'string') throw new Error(`the network ${cidr} ${read}`)
  return read
}
