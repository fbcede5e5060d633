import { countText } from '@countersign/web-kit/queue/queue-header.tsx'

/** The server counts parties up to here. */
const COUNTED_MAX = 10_000

/** How many parties that is: `128`, or `10,000+`. */
export function partyCount(value: unknown, language: string): string | null {
  return typeof value === 'number' ? countText({ value, exact: value < COUNTED_MAX }, language) : null
}
