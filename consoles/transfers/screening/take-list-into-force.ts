import {
  accept,
  defineAction,
  OTHER,
  refuse,
  refuseField,
} from '@countersign/kernel/actions/define-action.ts'
import { counted, say, type Text, together, written } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import { saidOfGone } from './hits-on-entries.ts'
import type { ListChange } from './list-change.ts'
import { isListId, LIST_NAMES } from './list-names.ts'
import { LIST_TAKEN, listStream } from './list-taken.ts'
import type { NewlyHit } from './newly-hit.ts'
import { isMuchSmaller, type ListVersion, type SanctionsList, sanctionsList } from './sanctions-list.ts'
import { SCREENING_OVERVIEW } from './screening-overview-ref.ts'

const input = z.object({
  version: z
    .string()
    .regex(/^[0-9a-f]{64}$/, written(say`must be the digest of a version: 64 digits and letters a to f`))
    .meta({
      title: 'Digest of the version',
      description: 'The digest that the import printed, as the page of the list has it.',
    }),
  accept_smaller: z.boolean().optional().meta({
    title: 'It is meant to be so much shorter',
    description: 'Only for a version that is in quarantine because it has far fewer entries.',
  }),
})

/** From then on this version is the list: what was on the one before, and is not on it, is listed no more. */
export const takeListIntoForce = defineAction<
  SanctionsList,
  typeof input,
  ListVersion & { readonly list: string; readonly previous: string | null },
  unknown
>({
  name: 'transfers.take_list_into_force',
  risk: 'high',
  movesMoney: false,
  target: sanctionsList,
  input,
  reasons: [
    { code: 'published', title: say`Its publisher has published a new version` },
    { code: 'wrong_version', title: say`The version in force is not the right one`, noteRequired: true },
    OTHER,
  ],
  approvals: {
    required: 1,
    eligibleRoles: ['transfers/COMPLIANCE', 'transfers/ADMIN'],
    expiresInS: 7 * 24 * 3600,
  },
  present: {
    title: say`Take list into force`,
    tone: 'danger',
    help: say`This version of the list is the one in force from then on.`,
  },
  offeredOn: ({ offered }) => offered.length > 0,
  // The day is as whoever asks has said it, which the list's own version does not tell: said otherwise meanwhile, it is another request.
  restsOn: ({ named }) => named && `published.${named.published}`,
  decide({ id, inForce, offered }, { version, accept_smaller }) {
    if (inForce?.version === version) {
      return refuse('already_in_force', say`This very version is in force already.`)
    }
    const found = offered.find((one) => one.version === version)
    if (!found) {
      return refuseField(
        'input.version',
        say`is no version of this list that was brought lately`,
        offered.map((one) => one.version),
      )
    }
    if (found.missing.length > 0) {
      return refuse(
        'parts_missing',
        say`${counted(found.missing.length, 'one {# part} other {# parts}')} of it have not arrived. Import the list again.`,
      )
    }
    if (found.change == null) {
      return refuse('not_as_named', say`What arrived is not what its digest names. Import the list again.`)
    }
    if (isMuchSmaller(inForce, found.entries) && accept_smaller !== true) {
      return refuse(
        'list_much_smaller',
        say`It has ${found.entries} entries, the version in force ${inForce?.entries ?? 0}: a list that was cut off would let those through who are missing. Say that it is meant so, or import the whole list.`,
      )
    }
    const { published, entries, names } = found
    return accept({ list: id, version, published, entries, names, previous: inForce?.version ?? null })
  },
  preview({ id, inForce, offered }, { version }) {
    const found = offered.find((one) => one.version === version)
    const name = isListId(id) ? LIST_NAMES[id] : id
    return {
      subject: say`Sanctions list ${name}`,
      summary: say`The version of ${name} that was published on ${found?.published ?? '–'} comes into force.`,
      changes: [
        {
          label: say`Published`,
          ...(inForce ? { before: inForce.published } : {}),
          ...(found ? { after: found.published } : {}),
        },
        {
          label: say`Entries`,
          ...(inForce ? { before: say`${inForce.entries}` } : {}),
          ...(found ? { after: say`${found.entries}` } : {}),
        },
      ],
      effects: [
        ...(found?.change ? effectsOf(found.change) : []),
        ...(found ? [whoIsHit(found.hits), say`It was brought by ${found.broughtBy.name}.`] : []),
        say`Each party that is newly hit has a hit in the queue of compliance hits within seconds of it.`,
      ],
      at_present: found?.gone ? saidOfGone(found.gone) : [],
      warnings:
        found && isMuchSmaller(inForce, found.entries)
          ? [say`It has far fewer entries than the version in force.`]
          : [],
    }
  },
  recorded: ({ version, published, entries, names, previous }) => ({
    version,
    published,
    entries,
    names,
    previous,
  }),
  events: ({ list, ...version }) => [
    {
      type: LIST_TAKEN,
      stream: listStream(list),
      refs: [{ kind: 'sanctions_list', id: list }, SCREENING_OVERVIEW],
      payload: version,
    },
  ],
  eventTypes: [LIST_TAKEN],
})

function effectsOf({ added, removed, changed }: ListChange) {
  return [
    added.count === 0
      ? say`No entry is added.`
      : added.count === added.names.length
        ? say`${counted(added.count, 'one {# entry is} other {# entries are}')} added: ${named(added.names)}.`
        : say`${counted(added.count, 'one {# entry is} other {# entries are}')} added, among them ${named(added.names)}.`,
    removed.count === 0
      ? say`No entry goes.`
      : removed.count === removed.names.length
        ? say`${counted(removed.count, 'one {# entry goes} other {# entries go}')}: ${named(removed.names)}.`
        : say`${counted(removed.count, 'one {# entry goes} other {# entries go}')}, among them ${named(removed.names)}.`,
    changed.count === 0
      ? say`No entry changes.`
      : changed.count === changed.names.length
        ? say`${counted(changed.count, 'one {# entry changes} other {# entries change}')}: ${named(changed.names)}.`
        : say`${counted(changed.count, 'one {# entry changes} other {# entries change}')}, among them ${named(changed.names)}.`,
  ]
}

/** Lists write the family name first, behind a comma. */
const named = (names: readonly string[]) => together(names, '; ')

function whoIsHit(hits: NewlyHit | undefined): Text {
  // How far it has come is on the page of the list: a preview that moved by itself could not be confirmed.
  if (hits?.reached !== true) {
    return say`Who of the parties is newly hit is not known yet: they are being screened against it.`
  }
  const { parties, first } = hits
  if (parties === 0) return say`No party is newly hit.`
  return parties === first.length
    ? say`${counted(parties, 'one {# party is} other {# parties are}')} newly hit: ${named(first)}.`
    : say`${counted(parties, 'one {# party is} other {# parties are}')} newly hit, among them ${named(first)}.`
}
