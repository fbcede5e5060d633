import type { z } from 'zod'
import { fieldErrors } from '../http/field-errors.ts'
import { english } from '../languages/make-teller.ts'

const MISSING = 'is missing'

/**
 * What keeps an event from being understood, in one line that a person can act on: "Missing: id, type; not allowed:
 * schema_version (must be 1)". Names members and what is allowed, and nothing that was sent.
 */
export function faultsInWords(issues: z.core.$ZodIssue[]): string {
  const faults = fieldErrors(issues).map(({ field, message }) => ({ field, message: english(message) }))
  const missing = faults.filter(({ message }) => message === MISSING).map(({ field }) => field)
  const others = faults
    .filter(({ message }) => message !== MISSING)
    .map(({ field, message }) => `${field} (${message})`)
  return [
    ...(missing.length === 0 ? [] : [`Missing: ${missing.join(', ')}`]),
    ...(others.length === 0 ? [] : [`not allowed: ${others.join(', ')}`]),
  ]
    .join('; ')
    .replace(/^n/, 'N')
}
