import { counted, type Said, say } from '../languages/say.ts'
import type { Json } from '../personal-data/canonical-json.ts'

/** Who was reached by a page: how many, and by what; not who they are. */
export function pagedTitle({ people, channels }: Readonly<Record<string, Json>>): Said {
  const count = Array.isArray(people) ? people.length : 0
  const webhook = Array.isArray(channels) && channels.includes('webhook')
  if (count === 0) return webhook ? say`Told: the webhook` : say`Nobody could be told`
  return webhook
    ? say`Told: ${counted(count, 'one {one person} other {# people}')} by e-mail, the webhook`
    : say`Told: ${counted(count, 'one {one person} other {# people}')} by e-mail`
}
