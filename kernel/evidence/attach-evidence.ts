import { z } from 'zod'
import { answerOf, answerOnce, idempotencyPart, type Submitted } from '../actions/answer-once.ts'
import { auditOf, originFacts } from '../actions/audit-parts.ts'
import { commitWrite, runWrite } from '../actions/commit-write.ts'
import { fail, invalid, ok, type Result } from '../actions/failure.ts'
import { faultPoint } from '../actions/fault-point.ts'
import type { Answer } from '../actions/idempotency.ts'
import { requestDigest } from '../actions/request-digest.ts'
import { uuidV7 } from '../db/uuid-v7.ts'
import { annotatableRecord } from '../entities/annotatable-record.ts'
import type { EntityRef } from '../entities/entity-ref.ts'
import type { KnownRecord } from '../entities/visible-entity.ts'
import type { Principal, RequestOrigin } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { english } from '../languages/make-teller.ts'
import { say, written } from '../languages/say.ts'
import { sha256 } from '../personal-data/canonical-json.ts'
import { freeText } from '../personal-data/free-text.ts'
import { EVIDENCE_CLASS_DEFAULT, evidenceClasses } from '../retention/retention-classes.ts'
import type { EvidenceStore } from './evidence-store.ts'
import { evidenceType } from './evidence-types.ts'
import type { Scanner, ScanVerdict } from './scan-evidence.ts'

/** Longest name of a file, as file systems have it. */
export const FILE_NAME_MAX_CHARACTERS = 255

const CLASS_NAMES = evidenceClasses.map(({ name }) => name)

export const evidenceQuery = z.strictObject({
  name: freeText(FILE_NAME_MAX_CHARACTERS)
    .refine((name) => name.trim() !== '', written(say`is the name of the file`))
    .refine(
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it must not hold
      (name) => !/[/\\\u0001-\u001f\u007f]/.test(name),
      written(say`must not hold slashes or control characters`),
    )
    // UTR 36 §2.6: what turns the direction of text makes a program's name look like a document's.
    .refine(
      (name) => !/[\u202a-\u202e\u2066-\u2069]/.test(name),
      written(say`must not turn the direction of its text`),
    ),
  retention: z.enum(CLASS_NAMES).default(EVIDENCE_CLASS_DEFAULT),
})

export type EvidenceSettings = {
  readonly store: EvidenceStore
  readonly scan: Scanner | undefined
}

export type EvidenceSubmission = {
  readonly principal: Principal
  readonly origin: RequestOrigin
  readonly of: EntityRef
  readonly key: string
  readonly name: string
  readonly retention: string
  readonly declaredType: string
  readonly bytes: Buffer
}

type Checked = {
  readonly type: string
  readonly sha256: string
  readonly scan: ScanVerdict
  readonly record: KnownRecord
  readonly submitted: Submitted
}

/**
 * Attaches a file to a record: looked into, scanned, sealed under the record's key, stored, and only then recorded. What
 * fails on the way leaves nothing behind but, after a crash, a file that the sweep finds nobody has recorded.
 *
 * @returns 201 with the evidence (without its name); 415 where the content is not taken; 403 `lent_to_read` where they may only read the record; 400 `evidence_infected`; 507
 *   `evidence_storage_full`
 */
export async function attachEvidence(
  kernel: Kernel,
  settings: EvidenceSettings,
  submission: EvidenceSubmission,
): Promise<Result<Answer>> {
  const { principal, origin, of, key, bytes, name, retention, declaredType } = submission
  const door = 'POST /v1/entities/{kind}/{id}/evidence'
  const checksum = sha256(bytes).toString('hex')
  const asked = { door, kind: of.kind, id: of.id, name, retention, type: declaredType, sha256: checksum }
  const submitted = { actor: principal.id, door, key, digest: requestDigest(kernel.sealer, asked) }
  const record = await annotatableRecord(kernel, principal, origin, of)
  if (!record.ok) return record
  return answerOnce(kernel, submitted, async () => {
    if (bytes.length === 0) return fail(invalid({ field: 'body', message: say`must not be empty` }))
    const type = await evidenceType(bytes, declaredType)
    if (!type.ok) return type
    const scan: ScanVerdict = settings.scan
      ? await settings.scan(bytes)
      : { verdict: 'not_scanned', detail: null }
    const checked = { type: type.value, sha256: checksum, scan, record: record.value, submitted }
    if (scan.verdict === 'infected') return refuseInfected(kernel, submission, checked)
    return storeAndRecord(kernel, settings.store, submission, checked)
  })
}

async function storeAndRecord(
  kernel: Kernel,
  store: EvidenceStore,
  submission: EvidenceSubmission,
  { type, sha256: checksum, scan, record, submitted }: Checked,
): Promise<Result<Answer>> {
  const { principal, origin, of, bytes, name, retention } = submission
  const { tenantId } = record
  const term = evidenceClasses.find((each) => each.name === retention)
  if (!term) throw new Error(`"${retention}" is no retention class`)
  const [sealedName] = await kernel.sealer.seal(of, [{ text: name, class: 'free_text' }])
  const stored = await store.put(await kernel.sealer.sealBytes(of, bytes))
  if (!stored.ok) return stored
  faultPoint('evidence_stored')
  const evidence = `${record.console}.${uuidV7()}`
  const facts = {
    type,
    bytes: bytes.length,
    sha256: checksum,
    stored_sha256: stored.value,
    retention_class: retention,
  }
  const answer = {
    id: evidence,
    entity: { kind: of.kind, id: of.id },
    type,
    bytes: bytes.length,
    sha256: checksum,
    state: scan.verdict === 'unavailable' ? 'quarantined' : 'available',
    scan,
    retention: { class: retention },
    attached_by: { id: principal.id, name: principal.name },
    at: kernel.now().toISOString(),
  }
  // A connection that breaks here leaves open whether it is recorded: the file stays, and the sweep looks later.
  const committed = await runWrite(kernel.pool, 'kernel.attach_evidence', {
    tenant_id: tenantId ?? null,
    correlation_id: origin.httpRequestId,
    idempotency: idempotencyPart(submitted, 201, answer),
    evidence: {
      ...facts,
      evidence_id: evidence,
      kind: of.kind,
      id: of.id,
      attached_by: principal.id,
      name: sealedName,
      retention_months: term.months,
    },
    scan,
    audit: auditOf(kernel, {
      kind: 'action',
      actor: { id: principal.id, roles: principal.roles },
      action: 'kernel.attach_evidence',
      target: of,
      outcome: 'executed',
      detail: { ...facts, evidence, scan: scan.verdict },
      ...(tenantId === undefined ? {} : { tenantId }),
      ...originFacts(origin),
    }),
  })
  if (!committed.ok || committed.value.replayed) await store.remove(stored.value)
  return committed.ok ? answerOf(committed.value, submitted, 201) : committed
}

/** Nothing of it is kept but that it came, from whom, and what was found. */
async function refuseInfected(
  kernel: Kernel,
  { principal, origin, of, bytes }: EvidenceSubmission,
  { type, sha256: checksum, scan, record: { tenantId } }: Checked,
): Promise<Result<Answer>> {
  const recorded = await commitWrite(kernel.pool, {
    tenant_id: tenantId ?? null,
    events: [],
    audit: auditOf(kernel, {
      kind: 'security',
      eventSubType: 'MALWARE_IN_EVIDENCE',
      severity: 'HIGH',
      actor: { id: principal.id, roles: principal.roles },
      action: 'kernel.attach_evidence',
      target: of,
      outcome: 'refused',
      detail: { type, bytes: bytes.length, sha256: checksum, found: scan.detail ?? '' },
      ...(tenantId === undefined ? {} : { tenantId }),
      ...originFacts(origin),
    }),
  })
  if (!recorded.ok)
    throw new Error(`a security event could not be recorded: ${english(recorded.failure.message)}`)
  const found = scan.detail === null || scan.detail === '' ? '' : ` (${scan.detail})`
  return fail({
    ...invalid({ field: 'body', message: say`is infected${found}` }),
    code: 'evidence_infected',
    message: say`The virus scanner refuses this file${found}. It was not stored; that it was sent is recorded.`,
  })
}

/** The file as it was attached, taken from its store and checked against its hash. */
export async function openEvidence(
  kernel: Pick<Kernel, 'sealer'>,
  store: EvidenceStore,
  row: {
    readonly kind: string
    readonly id: string
    readonly stored_sha256: string
    readonly sha256: string
  },
): Promise<Result<Buffer>> {
  const sealed = await store.read(row.stored_sha256)
  if (!sealed) {
    return fail({
      kind: 'upstream_unavailable',
      code: 'evidence_unreadable',
      message: say`The file cannot be read from its store, or is not what was stored. Tell whoever runs this installation.`,
    })
  }
  const bytes = await kernel.sealer.openBytes({ kind: row.kind, id: row.id }, sealed)
  if (!bytes) {
    return fail({
      kind: 'gone',
      code: 'evidence_erased',
      message: say`The key of this record was erased, and with it what this file held. Its checksum is still known.`,
    })
  }
  if (sha256(bytes).toString('hex') !== row.sha256)
    throw new Error('evidence opens to something other than was attached')
  return ok(bytes)
}
