import type { Json } from '../personal-data/canonical-json.ts'

/** Who was reached by a page: how many, and by what; not who they are. */
export function pagedTitle({ people, channels }: Readonly<Record<string, Json>>): string {
  const count = Array.isArray(people) ? people.length : 0
  const used = Array.isArray(channels) ? channels : []
  const told = [
    ...(count > 0 ? [count === 1 ? 'one person by e-mail' : `${count} people by e-mail`] : []),
    ...(used.includes('webhook') ? ['the webhook'] : []),
  ]
  return told.length > 0 ? `Told: ${told.join(', ')}` : 'Nobody could be told'
}
