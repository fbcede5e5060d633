import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import type { ConsolePlace } from './console-web.ts'

const segment = encodeURIComponent

/** Among a console's own pages, its part of the audit log. */
export const AUDIT_LOG = 'audit-log'

/** Where things live, below the application's base path. */
export const paths = {
  signIn: '/sign-in',
  approvals: '/approvals',
  audit: '/audit',
  mentions: '/mentions',
  alerts: '/system/alerts',
  deadLetters: '/system/dead-letters',
  policies: '/system/policies',
  access: '/system/access',
  team: '/system/team',
  upstreams: '/system/upstreams',
  health: '/system/health',
  jobs: '/system/jobs',
  projections: '/system/projections',
  help: '/help',
  /** A guide, by the name of its file. */
  guide: (name: string) => `/help/${segment(name)}`,
  request: (id: string) => `/requests/${segment(id)}`,
  entity: ({ kind, id }: EntityRef) => `/entities/${segment(kind)}/${segment(id)}`,
  /** `transfers.returns` is `/transfers/returns`. */
  queue: (name: string) => `/${name.split('.').map(segment).join('/')}`,
  /** The records of a kind, to look through. */
  list: (kind: string) => `/lists/${segment(kind)}`,
  /** A page of a console's own. */
  own: (console: string, page: string) => `/consoles/${segment(console)}/${segment(page)}`,
  figures: (name: string) => `/${name.split('.').map(segment).join('/')}/figures`,
}

/** The page of a reference; requests have their own. */
export function refPath(ref: EntityRef): string {
  return ref.kind === 'request' ? paths.request(ref.id) : paths.entity(ref)
}

/** `transfer:tr_8123`, as the URL names the record open beside a list. */
export function refToText({ kind, id }: EntityRef): string {
  return `${kind}:${id}`
}

/** Reads `transfer:tr_8123`; kinds have no colon, ids may. */
export function refFromText(text: string | undefined): EntityRef | null {
  const at = text?.indexOf(':') ?? -1
  if (text === undefined || at <= 0 || at === text.length - 1) return null
  return { kind: text.slice(0, at), id: text.slice(at + 1) }
}

/** Where a console's place is. */
export function placePath({ to }: ConsolePlace): string {
  if ('list' in to) return paths.list(to.list)
  if ('page' in to) return paths.own(to.console, to.page)
  return 'log' in to ? paths.own(to.log, AUDIT_LOG) : paths.entity(to)
}
