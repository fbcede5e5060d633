import type { WriteParts } from '../actions/commit-write.ts'
import type { Considered } from '../actions/consider-action.ts'
import { type Failure, fail, invalid, ok, type Result } from '../actions/failure.ts'
import type { Principal } from '../identity/principal.ts'
import { stepUpChallenge } from '../identity/step-up.ts'
import type { Kernel } from '../kernel.ts'
import { type Said, say } from '../languages/say.ts'
import { saysSomething } from '../personal-data/visible-text.ts'
import { mayBeBroken } from './basis-fault.ts'

/** Who breaks the glass has proved who they are within this, whatever the policy asks. */
const BREAK_GLASS_STEP_UP_S = 300

/** On what an action is authorised at once although others would have to agree. */
export type BeforeApproval = {
  readonly basis: 'emergency' | 'break_glass'
  readonly parts: Pick<WriteParts, 'emergency' | 'break_glass'>
  /** Of the request resource. */
  readonly shown: Readonly<Record<string, unknown>>
}

/**
 * The emergency form of an action, or break-glass, where it was asked for and this person may use it.
 *
 * @returns undefined where neither was asked for; 400 naming the member where it does not apply, 401 where a fresh
 *   sign-in is needed, 403 where the person is not one of those who may break the glass
 */
export async function beforeApproval(
  kernel: Kernel,
  principal: Principal,
  considered: Considered,
  asked: { readonly emergency?: boolean; readonly break_glass?: boolean; readonly note: string | undefined },
): Promise<Result<BeforeApproval | undefined>> {
  if (asked.emergency && asked.break_glass) {
    return fail(invalid({ field: 'break_glass', message: say`is not for what is asked for as an emergency` }))
  }
  if (asked.emergency) return emergency(kernel, principal, considered, asked.note)
  if (asked.break_glass) return breakGlass(kernel, principal, considered, asked.note)
  return ok(undefined)
}

/** What the form offers this person besides asking for approval. */
export async function offeredBeforeApproval(
  kernel: Kernel,
  principal: Principal,
  { action, rule, target }: Pick<Considered, 'action' | 'rule' | 'target'>,
): Promise<Readonly<Record<string, unknown>>> {
  if (principal.kind !== 'person' || rule.required === 0) return {}
  return {
    ...(action.emergency
      ? { emergency: await offeredEmergency(kernel, principal, { action, rule, target }, action.emergency) }
      : {}),
    ...(mayBeBroken(action) && (await breaksGlass(kernel, principal, action.console))
      ? { break_glass: { max_age_s: BREAK_GLASS_STEP_UP_S } }
      : {}),
  }
}

/** In force for so long, and asked for by whom has just signed in; `barred_until` where this person may not have it now. */
async function offeredEmergency(
  kernel: Kernel,
  principal: Principal,
  { action, rule, target }: Pick<Considered, 'action' | 'rule' | 'target'>,
  form: EmergencyForm,
): Promise<Readonly<Record<string, unknown>>> {
  const { limit_s, step_up_s } = limitsOf(form, rule)
  const barredUntil = await emergencyBarredUntil(kernel, principal, { action, target })
  return {
    ...{ limit_s, max_age_s: step_up_s },
    ...(barredUntil === undefined ? {} : { barred_until: barredUntil.toISOString() }),
  }
}

/**
 * What others have rejected or left unanswered, nobody puts in force again alone (docs/adr/0004-one-emergency-a-day.md). By
 * the database's clock, as the trigger will: what is offered here is not refused there.
 */
async function emergencyBarredUntil(
  kernel: Kernel,
  principal: Principal,
  { action, target }: Pick<Considered, 'action' | 'target'>,
): Promise<Date | undefined> {
  const { rows } = await kernel.pool.query<{ until: Date | null }>(
    'SELECT kernel.emergency_barred_until($1, $2, $3, $4, clock_timestamp()) AS until',
    [action.name, target.kind, target.id, principal.id],
  )
  return rows[0]?.until ?? undefined
}

async function emergency(
  kernel: Kernel,
  principal: Principal,
  { action, rule, target }: Considered,
  note: string | undefined,
): Promise<Result<BeforeApproval>> {
  const { emergency: form, inverse } = action
  if (!form || inverse === undefined)
    return fail(notOffered('emergency', say`this action has no emergency form`))
  if (rule.required === 0)
    return fail(notOffered('emergency', say`this action needs nobody else: ask for it as it is`))
  if (principal.kind !== 'person') return fail(notAPerson)
  const missing = noteMissing(note)
  if (missing) return fail(missing)
  const barredUntil = await emergencyBarredUntil(kernel, principal, { action, target })
  if (barredUntil) return fail(emergencyRejected(barredUntil))
  const limits = limitsOf(form, rule)
  const challenge = stepUpChallenge(principal, limits.step_up_s, kernel.now())
  if (challenge) return fail(challenge)
  return ok({
    basis: 'emergency',
    parts: { emergency: { inverse, ...limits } },
    shown: { emergency: { approval: 'pending' } },
  })
}

async function breakGlass(
  kernel: Kernel,
  principal: Principal,
  { action, rule }: Considered,
  note: string | undefined,
): Promise<Result<BeforeApproval>> {
  if (!mayBeBroken(action)) {
    return fail(
      notOffered('break_glass', say`this action is not one that may be carried out by breaking the glass`),
    )
  }
  if (rule.required === 0)
    return fail(notOffered('break_glass', say`this action needs nobody else: ask for it as it is`))
  if (principal.kind !== 'person') return fail(notAPerson)
  const superRoles = kernel.access.breakGlassRoles(action.console)
  if (!holdsOne(principal, superRoles)) {
    return fail({
      kind: 'forbidden',
      code: 'not_a_super_role',
      message:
        superRoles.length === 0
          ? say`Nobody breaks the glass in ${action.console}: no role of it may.`
          : say`Breaking the glass takes the role ${superRoles.join(' or ')}, on the list or not.`,
      extra: { required_roles: superRoles },
    })
  }
  if (!(await breaksGlass(kernel, principal, action.console))) {
    return fail({
      kind: 'forbidden',
      code: 'not_on_break_glass_list',
      message: say`Only people whom the approval policy of ${action.console} names may break the glass, and you are not one of them.`,
    })
  }
  const missing = noteMissing(note)
  if (missing) return fail(missing)
  const challenge = stepUpChallenge(principal, BREAK_GLASS_STEP_UP_S, kernel.now())
  if (challenge) return fail(challenge)
  return ok({
    basis: 'break_glass',
    parts: { break_glass: { step_up_s: BREAK_GLASS_STEP_UP_S } },
    shown: { break_glass: { reviewed_by: null } },
  })
}

const holdsOne = ({ roles }: Principal, superRoles: readonly string[]) =>
  superRoles.some((role) => roles.includes(role))

/** A super role, and the list of people: neither is enough without the other. */
async function breaksGlass(kernel: Kernel, principal: Principal, console: string): Promise<boolean> {
  if (!holdsOne(principal, kernel.access.breakGlassRoles(console))) return false
  const { rows } = await kernel.pool.query<{ may: boolean }>('SELECT kernel.may_break_glass($1, $2) AS may', [
    console,
    principal.id,
  ])
  return rows[0]?.may ?? false
}

type EmergencyForm = NonNullable<Considered['action']['emergency']>

function limitsOf(
  form: EmergencyForm,
  rule: Considered['rule'],
): { readonly step_up_s: number; readonly limit_s: number } {
  return {
    step_up_s: Math.min(form.stepUpS, rule.stepUp?.requestMaxAgeS ?? form.stepUpS),
    limit_s: rule.emergencyLimitS ?? form.limitS,
  }
}

const notAPerson: Failure = {
  kind: 'forbidden',
  code: 'not_a_person',
  message: say`A machine asks for approval; only a person acts before others have agreed.`,
}

function emergencyRejected(until: Date): Failure {
  const at = until.toISOString()
  return {
    kind: 'conflict',
    code: 'emergency_rejected',
    message: say`An emergency of yours on this record was rejected, or lapsed unanswered. Until ${at} ask for approval; somebody else may still ask for it as an emergency.`,
    extra: { until: at },
  }
}

function notOffered(field: 'emergency' | 'break_glass', why: Said): Failure {
  return invalid({ field, message: why, allowed: ['false'] })
}

function noteMissing(note: string | undefined): Failure | undefined {
  return saysSomething(note)
    ? undefined
    : invalid({
        field: 'reason.note',
        message: say`a note is required: say what is happening and why it cannot wait`,
      })
}
