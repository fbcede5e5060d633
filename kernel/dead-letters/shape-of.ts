import { ENTITY_ID } from '../entities/entity-ref.ts'
import type { Json } from '../personal-data/canonical-json.ts'

/** What is deeper or longer says no more of what went wrong. */
const DEPTH_MAX = 6
const MEMBERS_MAX = 40
const ITEMS_MAX = 3
const MASK = '••••'
/** Members of the envelope (docs/connectors/upstream-contract.md) whose values name events and records, and no person. */
const NAMING = new Set(['id', 'type', 'kind', 'schema_version', 'sequence', 'subject_version', 'version'])
const MEMBER_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/

/**
 * What somebody sent, without what it says: the members that there are and what kind of value each holds. Nobody has
 * classed its fields, so that every value counts as personal but those that name the event.
 */
export function shapeOf(text: string): Json {
  try {
    return shape(JSON.parse(text) as Json, 0)
  } catch (error) {
    if (error instanceof SyntaxError) return `no JSON: ${text.length} characters`
    throw error
  }
}

function shape(value: Json, depth: number, name?: string): Json {
  if (Array.isArray(value)) {
    if (depth >= DEPTH_MAX) return `${value.length} items`
    const first = value.slice(0, ITEMS_MAX).map((item) => shape(item, depth + 1))
    return value.length > ITEMS_MAX ? [...first, `${value.length - ITEMS_MAX} more`] : first
  }
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value)
    if (depth >= DEPTH_MAX) return `${members.length} members`
    return Object.fromEntries(
      members
        .slice(0, MEMBERS_MAX)
        .map(([member, inner]) => [
          MEMBER_NAME.test(member) ? member : MASK,
          shape(inner ?? null, depth + 1, depth < 2 ? member : undefined),
        ]),
    )
  }
  if (value === null || typeof value === 'boolean') return value
  if (name !== undefined && NAMING.has(name)) {
    if (typeof value === 'number' || ENTITY_ID.test(value)) return value
  }
  return typeof value === 'number' ? `${MASK} (number)` : MASK
}
