import type { ActionRequest } from '@countersign/sdk/wire/requests.ts'

/** What a form can begin with of what was asked: without what is sealed, which has to be said anew. */
export function plainInput(input: ActionRequest['input']): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(input ?? {}).filter(([, value]) => typeof value !== 'object' || value === null),
  )
}
