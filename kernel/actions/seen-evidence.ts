import type pg from 'pg'
import { canonicalBytes, canonicalJson, type Json, sha256 } from '../personal-data/canonical-json.ts'

/** A request with more revisions and signatures than this is a case for the auditor's own tools. */
const SEEN_MAX = 200

/** What one person was shown when they asked or decided, exactly as it was sealed. */
export type Seen = {
  readonly by: { readonly id: string; readonly name: string }
  readonly as: 'requester' | 'approver'
  readonly decision: 'approve' | 'reject' | null
  readonly revision: number
  /** RFC 3339, UTC. */
  readonly at: string
  readonly evidence: Json
  /** Its canonical JSON, as the hash is of: its sentences as they are said, in no language. */
  readonly canonical: string
  /** SHA-256 of that, hexadecimal, as it was written with the action. */
  readonly hash: string
  /** Whether it still has that hash. */
  readonly intact: boolean
}

/** Everything that people were shown of a request, of every revision, oldest first (K-40). */
export async function seenOf(pool: pg.Pool, requestId: string): Promise<Seen[]> {
  const { rows } = await pool.query<Row>({
    name: 'seen-of-request',
    text: `SELECT s.person_id, p.display_name AS name, s.decision, s.revision, kernel.rfc3339(s.at) AS at, s.evidence, s.hash
             FROM (SELECT created_by AS person_id, NULL AS decision, revision, created_at AS at, evidence,
                          encode(evidence_hash, 'hex') AS hash
                     FROM kernel.action_revision WHERE request_id = $1
                    UNION ALL
                   SELECT person_id, decision, revision, at, evidence, encode(evidence_hash, 'hex')
                     FROM kernel.action_approval WHERE request_id = $1) s
             LEFT JOIN kernel.person p USING (person_id)
            ORDER BY s.at LIMIT $2`,
    values: [requestId, SEEN_MAX],
  })
  return rows.map(({ person_id, name, decision, ...row }) => ({
    by: { id: person_id, name: name ?? person_id },
    as: decision === null ? 'requester' : 'approver',
    decision,
    ...row,
    canonical: canonicalJson(row.evidence),
    intact: sha256(canonicalBytes(row.evidence)).toString('hex') === row.hash,
  }))
}

type Row = {
  readonly person_id: string
  readonly name: string | null
  readonly decision: 'approve' | 'reject' | null
  readonly revision: number
  readonly at: string
  readonly evidence: Json
  readonly hash: string
}
