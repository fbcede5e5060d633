import { EVENT_TYPES } from '../contract.ts'

/** What a hit of our own screening becomes by a decision of people here; Compliance tells of its own. */
export const HIT_CLEARED = 'transfers.hit.cleared'
export const HIT_REOPENED = 'transfers.hit.reopened'
/** The party is who is listed, and was frozen already. */
export const HIT_MATCHED = 'transfers.hit.matched'
/** The party was frozen, or freed, for this hit: it is known from what was carried out. */
export const HIT_CONFIRMED = 'transfers.hit.confirmed'
export const HIT_OVERRIDDEN = 'transfers.hit.overridden'
export const HIT_SUPERSEDED = 'transfers.hit.superseded'

/** Each says the whole hit as it then is. */
export const HIT_EVENTS = [
  EVENT_TYPES.hitRaised,
  EVENT_TYPES.hitDecided,
  HIT_CLEARED,
  HIT_REOPENED,
  HIT_MATCHED,
  HIT_CONFIRMED,
  HIT_OVERRIDDEN,
  HIT_SUPERSEDED,
] as const

export const hitStream = (id: string): string => `transfers.hit/${id}`
