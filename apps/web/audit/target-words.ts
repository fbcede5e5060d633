import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import type { Translate } from '@countersign/web-kit/messages.ts'
import { kindLabel } from '../consoles.ts'

/** More of a hash, or of an id that no person made, tells nobody anything. */
const SHOWN_OF_A_HASH = 12
const MADE_BY_MACHINE =
  /^(?<prefix>[a-z]*[._]?|[a-z]+\.[a-z_]+:)(?<hash>[0-9a-f]{32,}|[0-9a-f]{8}-[0-9a-f-]{27})$/

/** Kinds of which none has a page: the log alone speaks of them. */
const OF_THE_LOG: Readonly<Record<string, string>> = {
  request: 'audit.kind.request',
  work_item: 'audit.kind.workItem',
  view: 'audit.kind.view',
  session: 'audit.kind.session',
  audit_log: 'audit.kind.auditLog',
}

/** What kind of record it is, in words; where it has none, as the log calls it. */
export function targetWords({ kind }: Pick<EntityRef, 'kind'>, t: Translate): string {
  const label = kindLabel(kind) ?? OF_THE_LOG[kind]
  return label === undefined ? kind.replaceAll('_', ' ') : t(label)
}

/** Its id as a list has room for it: of one that a machine made, the beginning. */
export function shortId(id: string): string {
  const { prefix = '', hash } = MADE_BY_MACHINE.exec(id)?.groups ?? {}
  return hash === undefined ? id : `${prefix}${hash.slice(0, SHOWN_OF_A_HASH)}…`
}
