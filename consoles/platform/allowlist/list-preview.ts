import type { PreviewBody } from '@countersign/kernel/actions/define-action.ts'
import { say, type Text } from '@countersign/kernel/languages/say.ts'
import type { EdgeOwner } from '../edge/edge-port.ts'
import { readNetwork } from '../edge/network.ts'
import type { AllowlistEntry } from './allowlist.ts'

const FAMILIES = { ipv4: 'IPv4', ipv6: 'IPv6' } as const
/** As long as this, or shorter, it holds all who come from the internet: of IPv6 that is 2000::/3 (RFC 4291). */
const EVERYBODY_BITS = { ipv4: 0, ipv6: 3 } as const

/** What of a list changes, network by network. */
export function changedEntries(
  before: readonly AllowlistEntry[],
  after: readonly AllowlistEntry[],
): PreviewBody['changes'] {
  const wanted = after.map((entry) => ({ ...entry, cidr: regular(entry.cidr) }))
  const gone = before.filter(({ cidr }) => !wanted.some((entry) => entry.cidr === cidr))
  return [
    ...gone.map((entry) => ({ label: entry.name, before: entryText(entry) })),
    ...wanted.flatMap((entry) => {
      const known = before.find(({ cidr }) => cidr === entry.cidr)
      if (known && known.name === entry.name && known.expires_at === entry.expires_at) return []
      return [{ label: entry.name, ...(known ? { before: entryText(known) } : {}), after: entryText(entry) }]
    }),
  ]
}

/** What becomes of who comes from elsewhere, and which of the networks leaves nobody elsewhere. */
export function listEffects(
  { scope }: Pick<EdgeOwner, 'scope'>,
  entries: readonly AllowlistEntry[],
): readonly Text[] {
  const everybody = entries.flatMap(({ cidr }) => {
    const network = readNetwork(cidr)
    return 'wrong' in network || network.length > EVERYBODY_BITS[network.family]
      ? []
      : [
          say`${network.cidr} lets everybody in who comes by ${FAMILIES[network.family]}: the list keeps none of them out.`,
        ]
  })
  return [...everybody, ...elsewhere(scope)]
}

function elsewhere(scope: EdgeOwner['scope']): readonly Text[] {
  return scope === 'console'
    ? [
        say`Operators who come from elsewhere are refused with 403, whoever they are.`,
        say`What stops harm, and the word on a request, is taken from anywhere.`,
      ]
    : [say`Calls of the merchant from elsewhere are refused; nothing that is due to it waits for this.`]
}

function entryText({ cidr, expires_at }: AllowlistEntry): Text {
  return expires_at === undefined ? cidr : say`${cidr} until ${new Date(expires_at)}`
}

function regular(cidr: string): string {
  const read = readNetwork(cidr)
  return 'wrong' in read ? cidr : read.cidr
}
