import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { instant } from '@countersign/kernel/time/instant.ts'
import { z } from 'zod'
import type { shownEntry } from '../screening/shown-entry.ts'
import type { HitDecision } from './hit-decision.ts'
import type { EarlierHit, HitRecord } from './own-hit.ts'
import type { PairRule } from './pair-rule.ts'

/** What an index can hold of a text. */
const INDEXED_MAX_CHARACTERS = 256

export const HIT_STATES = ['open', 'true_match', 'cleared'] as const

/** A name of ours that screening found close to one on a list. */
export const hitSchema = z.object({
  id: entityId,
  version: z.int32().min(0),
  party_id: entityId,
  /** Unsaid, it may be a person's name. */
  party_kind: z.enum(['person', 'company']).default('person'),
  screened_name: z.string(),
  listed_name: z.string(),
  list: z.string().max(INDEXED_MAX_CHARACTERS),
  list_version: z.string().max(INDEXED_MAX_CHARACTERS),
  score: z.number(),
  rule_id: z.string().max(INDEXED_MAX_CHARACTERS),
  identifiers: z.array(z.object({ name: z.string(), ours: z.string(), theirs: z.string() })),
  state: z.enum(HIT_STATES),
  raised_at: instant.optional(),
})
/** `superseded`: the same two were raised again, as they are now, before anybody decided. */
export type HitState = (typeof HIT_STATES)[number] | 'superseded'

/** As its page shows it, whoever raised it. */
export type Hit = Omit<z.output<typeof hitSchema>, 'identifiers' | 'state'> & {
  readonly state: HitState
  readonly identifiers: readonly {
    readonly name: string
    readonly ours: string
    readonly theirs: string
    /** Told where it was compared by us; otherwise it is the same where the two texts are. */
    readonly match?: 'same' | 'close' | 'different'
    /** Of countries: theirs one by one. */
    readonly each?: readonly string[]
  }[]
  /** True where it is shown to somebody who does not see people's data: without it. */
  readonly masked?: true
  /** Whether its party is frozen, as it was last heard of. */
  readonly partyFrozen?: boolean
  /** Which of the identifiers fit, of a hit of our own screening. */
  readonly fits?: readonly string[]
  /** Of a hit of our own screening; absent: it is Compliance's. */
  readonly own?: HitRecord | undefined
  /** Of a hit of ours, all that the version of the list that it was found on knows of the entry; undefined where that is not here. */
  readonly entry?: ReturnType<typeof shownEntry> | undefined
  /** The record of the entry, where it is on the version in force. */
  readonly entryId?: string | undefined
  /** How it was decided here. */
  readonly decision?: HitDecision | undefined
  /** Earlier hits of the same party and entry, newest first. */
  readonly history?: readonly EarlierHit[]
  /** The rule for the same two, in force or over; absent where nobody has agreed to one. */
  readonly pairRule?: PairRule | undefined
}
