import type { z } from 'zod'
import { fieldErrors } from '../http/field-errors.ts'
import { english } from '../languages/make-teller.ts'
import { type Said, say, together } from '../languages/say.ts'

const MISSING = 'is missing'

/**
 * What keeps an event from being understood, in one line that a person can act on: "Missing: id, type; not allowed:
 * schema_version (must be 1)". Names members and what is allowed, and nothing that was sent.
 */
export function faultsInWords(issues: z.core.$ZodIssue[]): Said {
  const faults = fieldErrors(issues)
  const isMissing = ({ message }: (typeof faults)[number]) => english(message) === MISSING
  const missing = together(
    faults.filter(isMissing).map(({ field }) => field),
    ', ',
  )
  const others = together(
    faults.filter((fault) => !isMissing(fault)).map(({ field, message }) => say`${field} (${message})`),
    ', ',
  )
  if (others.with.length === 0) return say`Missing: ${missing}`
  if (missing.with.length === 0) return say`Not allowed: ${others}`
  return say`Missing: ${missing}; not allowed: ${others}`
}
