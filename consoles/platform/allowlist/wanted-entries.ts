import type { FieldError } from '@countersign/kernel/actions/failure.ts'
import { personal } from '@countersign/kernel/actions/seal-input.ts'
import { say, written } from '@countersign/kernel/languages/say.ts'
import { instant } from '@countersign/kernel/time/instant.ts'
import { z } from 'zod'
import type { EdgeOwner } from '../edge/edge-port.ts'
import { holds, type Network, overlap, readNetwork } from '../edge/network.ts'
import type { AllowlistEntry } from './allowlist.ts'

const ENTRIES_MAX = 200
const NAME_MAX_CHARACTERS = 80
const CIDR_MAX_CHARACTERS = 80
const nameFault = written(say`must be 1 to ${NAME_MAX_CHARACTERS} characters: what the network is called`)

/** The whole list as people give it. */
export const entriesMember = z
  .array(
    z.strictObject({
      name: z.string().trim().min(1, nameFault).max(NAME_MAX_CHARACTERS, nameFault).meta({ title: 'Name' }),
      cidr: z
        .string()
        .max(CIDR_MAX_CHARACTERS)
        .meta({ title: 'Network', description: 'CIDR of IPv4 or IPv6, or one address.' }),
      expires_at: instant.optional().meta({ title: 'Lets in until' }),
    }),
  )
  .max(ENTRIES_MAX, written(say`must be at most ${ENTRIES_MAX} entries`))
  .meta({ title: 'Networks' })

/** From where it is asked for: of a list of this console, an address that it must let in. */
export const requestedFromMember = personal(
  z.string().meta({ title: 'Address from which it was asked for' }),
  'address',
)

/** A wanted list with its networks as they are kept, or what is wrong with it. */
export type WantedEntries =
  | { readonly entries: readonly AllowlistEntry[] }
  | { readonly wrong: readonly FieldError[] }

/**
 * What of a list is decided on: that each network is one, that none is there twice, and that nobody is shut out by mistake. A list of this
 * console lets in whoever asks for it, and has a network without an end, or one day nobody could come in to change it.
 *
 * @param at the time by which entries have expired, RFC 3339
 */
export function wantedEntries(
  given: z.output<typeof entriesMember>,
  { scope, at, from }: { readonly scope: EdgeOwner['scope']; readonly at: string; readonly from: string },
): WantedEntries {
  const read = given.map((entry) => ({ entry, network: readNetwork(entry.cidr) }))
  const wrong = read.flatMap(({ network }, index): FieldError[] =>
    'wrong' in network ? [{ field: `input.entries.${index}.cidr`, message: network.wrong }] : [],
  )
  const networks = read.flatMap(({ entry, network }) => ('wrong' in network ? [] : [{ entry, network }]))
  if (wrong.length > 0) return { wrong }
  const twice = overlapping(networks)
  if (twice) return { wrong: [twice] }
  const inForce = networks.filter(
    ({ entry }) => entry.expires_at === undefined || Date.parse(entry.expires_at) > Date.parse(at),
  )
  const shutsOut = lockOut(scope, inForce, from, given.length)
  if (shutsOut) return { wrong: [{ field: 'input.entries', message: shutsOut }] }
  return { entries: networks.map(({ entry, network }) => ({ ...entry, cidr: network.cidr })) }
}

type Read = { readonly entry: AllowlistEntry; readonly network: Network }

function lockOut(scope: EdgeOwner['scope'], inForce: readonly Read[], from: string, given: number) {
  if (given === 0) {
    return say`must hold at least one network: an empty list would let nobody in. Withdraw the list to let everybody in`
  }
  if (inForce.length === 0) {
    return say`must hold a network that has not expired: this list would let nobody in`
  }
  if (scope !== 'console') return undefined
  if (inForce.every(({ entry }) => entry.expires_at !== undefined)) {
    return say`must hold a network without an end: once all have expired nobody could come in to change the list`
  }
  return inForce.some(({ network }) => holds(network, from))
    ? undefined
    : say`must let in ${from}, the address from which you ask for this: you would lock yourself out`
}

function overlapping(networks: readonly Read[]): FieldError | undefined {
  for (const [index, { entry, network }] of networks.entries()) {
    const other = networks.slice(0, index).find((before) => overlap(before.network, network))
    if (!other) continue
    return {
      field: `input.entries.${index}.cidr`,
      message: say`must not overlap: ${entry.cidr} shares addresses with ${other.entry.cidr} (${other.entry.name})`,
    }
  }
  return undefined
}
