import { type Failure, fail, ok, type Result } from '../actions/failure.ts'
import { readContext } from '../actions/read-context.ts'
import { recordDenial } from '../actions/record-denial.ts'
import { visibleRequest } from '../actions/visible-requests.ts'
import type { BoundEntity } from '../console.ts'
import { evidenceByIds } from '../evidence/evidence-record.ts'
import type { Principal, RequestOrigin } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { say } from '../languages/say.ts'
import type { Reading } from './define-entity.ts'
import type { EntityRef } from './entity-ref.ts'
import { lastKnown } from './last-known.ts'
import { mayHearOf, readPermissionOf } from './may-hear-of.ts'
import { notFound } from './not-found.ts'

/** A kind whose console this person may not read does not exist for them; that they asked for it is recorded. */
export async function visibleEntity(
  kernel: Kernel,
  principal: Principal,
  origin: RequestOrigin,
  ref: EntityRef,
): Promise<Result<BoundEntity>> {
  const entity = kernel.entities.get(ref.kind)
  if (entity && mayHearOf(kernel, principal, ref)) {
    return ref.kind === 'evidence' && !(await seesWhatItIsOn(kernel, principal, origin, ref))
      ? fail(notFound(ref))
      : ok(entity)
  }
  const failure = noSuchKind(ref.kind)
  const permission = readPermissionOf(kernel, ref)
  if (permission !== undefined) {
    await recordDenial(kernel, principal, origin, {
      action: permission,
      movesMoney: false,
      code: failure.code,
      resource: `/v1/entities/${ref.kind}/${ref.id}`,
    })
  }
  return fail(failure)
}

/** Evidence is there for whoever sees the record that it is on. */
async function seesWhatItIsOn(
  kernel: Kernel,
  principal: Principal,
  origin: RequestOrigin,
  { id }: EntityRef,
): Promise<boolean> {
  const [row] = await evidenceByIds(kernel, [id])
  return row !== undefined && (await maySee(kernel, principal, origin, row)).ok
}

/** A record that this person may read and that there is. */
export type KnownRecord = {
  /** Whose it is. */
  readonly console: string
  readonly tenantId: string | undefined
}

/**
 * Whether there is such a record for this person: as its upstream says now, else as it was last known here. What is
 * written beside it (a note, evidence) changes nothing in it, so that an older copy will do.
 */
export async function knownRecord(
  kernel: Kernel,
  principal: Principal,
  origin: RequestOrigin,
  ref: EntityRef,
): Promise<Result<KnownRecord>> {
  if (ref.kind === 'request') {
    const request = await visibleRequest(kernel, principal, ref.id)
    if (!request) return fail(notFound(ref))
    return ok({ console: request.console, tenantId: request.tenant_id ?? undefined })
  }
  const declared = await visibleEntity(kernel, principal, origin, ref)
  if (!declared.ok) return declared
  const console = consoleOf(declared.value, ref)
  const reading = await declared.value.read(ref.id, readContext(kernel))
  switch (reading.status) {
    case 'missing':
      return fail(notFound(ref))
    case 'found':
      if (!isThereFor(kernel, principal, declared.value, reading)) return fail(notFound(ref))
      return ok({ console, tenantId: reading.tenantId })
    case 'unreadable':
      return (await lastKnown(kernel, declared.value, ref.id))
        ? ok({ console, tenantId: undefined })
        : fail(unreadable(reading))
    default:
      return reading satisfies never
  }
}

/** Of one tenant only its people know, and of some records only some of them. */
export function isThereFor(
  kernel: Kernel,
  principal: Principal,
  entity: Pick<BoundEntity, 'knownTo'>,
  { tenantId, state }: Pick<Extract<Reading<unknown>, { status: 'found' }>, 'tenantId' | 'state'>,
): boolean {
  if (tenantId !== undefined && !principal.tenants.includes(tenantId)) return false
  return entity.knownTo?.(state, principal, kernel) ?? true
}

/** As {@link knownRecord} without asking its upstream: who may see records of its kind. */
export async function maySee(
  kernel: Kernel,
  principal: Principal,
  origin: RequestOrigin,
  ref: EntityRef,
): Promise<Result<true>> {
  if (ref.kind === 'request') {
    return (await visibleRequest(kernel, principal, ref.id)) ? ok(true) : fail(notFound(ref))
  }
  const declared = await visibleEntity(kernel, principal, origin, ref)
  if (!declared.ok) return declared
  // Of these the kind alone does not tell; they are the kernel's own.
  if (!declared.value.knownTo) return ok(true)
  const known = await knownRecord(kernel, principal, origin, ref)
  return known.ok ? ok(true) : known
}

/** 503: it cannot be read now, and nothing earlier is known of it. */
export function unreadable({ source, why }: Extract<Reading<unknown>, { status: 'unreadable' }>): Failure {
  return {
    kind: 'upstream_unavailable',
    code: 'upstream_unreadable',
    message: say`${source} cannot be read now (${why}) and no earlier copy is known here.`,
    retryAfterS: 5,
    extra: { source },
  }
}

function consoleOf(entity: BoundEntity, ref: EntityRef): string {
  return entity.consoleOf?.(ref.id) ?? entity.console
}

function noSuchKind(kind: string): Failure {
  return { kind: 'not_found', code: 'no_such_kind', message: say`There is no kind of record "${kind}".` }
}
