import platform from '@countersign/platform/web/entry.ts'
import transfers from '@countersign/transfers/web/entry.ts'
import treasury from '@countersign/treasury/web/entry.ts'
import type { ConsoleEntry, ConsoleWeb } from '@countersign/web-kit/console-web.ts'
import { loadMessages, type Translate } from '@countersign/web-kit/messages.ts'
import { loaded } from '@countersign/web-kit/not-loaded-error.ts'
import { kernelEntry } from './system/kernel-entry.ts'

/** Every console there is. Each is a chunk of its own, loaded when it is first entered. */
export const consoles: ConsoleEntry[] = [transfers, platform, treasury]

/** The consoles, and what belongs to all of them. */
export const entries: ConsoleEntry[] = [...consoles, kernelEntry]

const loading = new Map<string, Promise<ConsoleWeb>>()

/** The console of that name with its texts, or null where there is none. */
export async function loadConsole(name: string): Promise<ConsoleWeb | null> {
  const entry = entries.find((one) => one.name === name)
  if (entry === undefined) return null
  const known = loading.get(name)
  if (known !== undefined) return known
  const promise = loaded(
    entry.load().then(async ({ default: web }) => {
      if (web.messages !== undefined) await loadMessages(web.messages)
      return web
    }),
  )
  loading.set(name, promise)
  promise.catch(() => loading.delete(name))
  return promise
}

/** The console that an entity kind belongs to. */
export function consoleOfKind(kind: string): ConsoleEntry | undefined {
  return entries.find((entry) => kind in entry.kinds)
}

/** The console that a page is of: of its queues, its lists and its records; undefined where it is of none. */
export function consoleOfPath(pathname: string): ConsoleEntry | undefined {
  const [first = '', second = ''] = pathname.split('/').filter(Boolean)
  if (first === 'lists' || first === 'entities') return consoleOfKind(second)
  return consoles.find(({ name }) => name === (first === 'consoles' ? second : first))
}

/** Message id of what one entity of a kind is called. */
export function kindLabel(kind: string): string | undefined {
  return consoleOfKind(kind)?.kinds[kind]
}

/** What an upstream is called, as timelines call it; its own name where no console here says. */
export function upstreamWords(name: string, t: Translate): string {
  const label = consoles.map(({ sources }) => sources?.[name]).find((one) => one !== undefined)
  return label === undefined ? name : t(label)
}

/** What a console is called; its own name where it is none of these. */
export function consoleTitle(name: string, t: Translate): string {
  const entry = entries.find((one) => one.name === name)
  return entry === undefined ? name : t(entry.title)
}
