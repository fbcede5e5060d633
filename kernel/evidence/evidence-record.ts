import { openNote } from '../actions/seal-input.ts'
import type { EntityRef } from '../entities/entity-ref.ts'
import { cursorTimeSql } from '../http/cursor.ts'
import type { Kernel } from '../kernel.ts'
import type { NamedPerson } from '../notes/mentionable-people.ts'
import type { Sealed } from '../personal-data/sealing.ts'
import type { ScanVerdict } from './scan-evidence.ts'

/** `{console}.{UUID}`: by its id alone it is known whose people may see it. */
export const EVIDENCE_ID = /^[a-z]+\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

export type EvidenceState = 'available' | 'quarantined' | 'removed'

/** A piece of evidence as it is shown to whoever may read its record. */
export type Evidence = {
  readonly id: string
  readonly entity: EntityRef
  readonly name: string
  readonly type: string
  readonly bytes: number
  /** Of the file, hexadecimal. */
  readonly sha256: string
  readonly state: EvidenceState
  readonly scan: ScanVerdict & { readonly at: string }
  readonly retention: { readonly class: string; readonly keep_until: string; readonly legal_hold: boolean }
  readonly attached_by: NamedPerson
  readonly at: string
  readonly removed_at: string | null
}

/** As stored. */
export type EvidenceRow = {
  readonly evidence_id: string
  readonly tenant_id: string | null
  readonly kind: string
  readonly id: string
  readonly attached_by: string
  readonly display_name: string | null
  readonly name: Sealed
  readonly type: string
  readonly bytes: string
  readonly sha256: string
  readonly stored_sha256: string
  readonly retention_class: string
  readonly keep_until: string
  readonly at: string
  readonly sorted_at: string
  readonly verdict: ScanVerdict['verdict']
  readonly scan_detail: string | null
  readonly scanned_at: string
  readonly removed_at: string | null
  readonly held: boolean
  readonly state: EvidenceState
}

const COLUMNS = `n.evidence_id, n.tenant_id, n.kind, n.id, n.attached_by, p.display_name, n.name, n.type, n.bytes, n.sha256,
  n.stored_sha256, n.retention_class, kernel.rfc3339(n.keep_until) AS keep_until, kernel.rfc3339(n.at) AS at,
  ${cursorTimeSql('n.at')} AS sorted_at, n.verdict, n.scan_detail, kernel.rfc3339(n.scanned_at) AS scanned_at,
  kernel.rfc3339(n.removed_at) AS removed_at, n.held, n.state`

export type EvidencePlace = { readonly at: string; readonly id: string }

/** What is attached to a record, newest first, by keyset. */
export async function evidencePage(
  kernel: Pick<Kernel, 'pool'>,
  of: EntityRef,
  before: EvidencePlace | undefined,
  limit: number,
): Promise<{ rows: EvidenceRow[]; next: EvidencePlace | null }> {
  const { rows } = await kernel.pool.query<EvidenceRow>({
    name: 'evidence-page',
    text: `SELECT ${COLUMNS} FROM kernel.evidence_now n LEFT JOIN kernel.person p ON p.person_id = n.attached_by
            WHERE n.kind = $1 AND n.id = $2 AND (n.at, n.evidence_id) < ($3::timestamptz, $4)
            ORDER BY n.at DESC, n.evidence_id DESC
            LIMIT $5`,
    values: [of.kind, of.id, before?.at ?? 'infinity', before?.id ?? '', limit + 1],
  })
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    rows: page,
    next: rows.length > limit && last ? { at: last.sorted_at, id: last.evidence_id } : null,
  }
}

/** By their ids, those there are. */
export async function evidenceByIds(
  kernel: Pick<Kernel, 'pool'>,
  ids: readonly string[],
): Promise<EvidenceRow[]> {
  if (ids.length === 0) return []
  const { rows } = await kernel.pool.query<EvidenceRow>(
    `SELECT ${COLUMNS} FROM kernel.evidence_now n LEFT JOIN kernel.person p ON p.person_id = n.attached_by
      WHERE n.evidence_id = ANY ($1)`,
    [ids],
  )
  return rows
}

export async function evidenceOnWire(
  { sealer }: Pick<Kernel, 'sealer'>,
  row: EvidenceRow,
): Promise<Evidence> {
  const entity = { kind: row.kind, id: row.id }
  return {
    id: row.evidence_id,
    entity,
    name: (await openNote(sealer, row.name, entity)) ?? row.name.shown,
    type: row.type,
    bytes: Number(row.bytes),
    sha256: row.sha256,
    state: row.state,
    scan: { verdict: row.verdict, detail: row.scan_detail, at: row.scanned_at },
    retention: { class: row.retention_class, keep_until: row.keep_until, legal_hold: row.held },
    attached_by: { id: row.attached_by, name: row.display_name ?? row.attached_by },
    at: row.at,
    removed_at: row.removed_at,
  }
}
