import { digestText } from '../actions/action-digest.ts'
import { type Considered, considerAction } from '../actions/consider-action.ts'
import type { PreviewBody } from '../actions/define-action.ts'
import { type Failure, fail, ok, type Result } from '../actions/failure.ts'
import { openRequestsOn } from '../actions/open-request.ts'
import { type ApprovalPolicy, requirementOf } from '../approvals/approval-policy.ts'
import { withRollingSums } from '../approvals/rolling-sums.ts'
import type { BoundAction } from '../console.ts'
import { type EntityRef, refText } from '../entities/entity-ref.ts'
import { isVersion } from '../entities/rests-on.ts'
import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { english } from '../languages/make-teller.ts'
import { counted, say, type Text, together } from '../languages/say.ts'
import { type Money, moneyFromWire, moneyToWire, wireMoney } from '../money/money.ts'
import { canonicalBytes, type Json } from '../personal-data/canonical-json.ts'
import { takenFields } from '../reveal/hidden-fields.ts'
import { type BulkAsked, faultOf } from './bulk-request.ts'
import { strictestRule } from './strictest-rule.ts'

/** Records read at the same time. */
const READS_AT_ONCE = 16
/** What has not been begun to be read by then is left as unreadable; the key of the request is held no longer. */
const READ_BUDGET_MS = 9_000
/** Different sentences of warning that a preview shows. */
const WARNINGS_MAX = 10

export type RefusedRow = {
  readonly target: EntityRef
  readonly title?: Text
  readonly failure: Failure
  readonly denied: boolean
}

export type ConsideredBulk = {
  readonly accepted: readonly Considered[]
  readonly refused: readonly RefusedRow[]
  /** Of the accepted rows together; undefined where there are none. */
  readonly whole: Whole | undefined
}

export type Whole = Pick<
  Considered,
  'attributes' | 'rolling' | 'rule' | 'preview' | 'previewDigest' | 'policyVersion' | 'readAt'
> & { readonly tenantId: string | undefined }

/**
 * Reads every record fresh and decides on each as if it were asked for alone; then on what all of them together need,
 * which is never less.
 *
 * @returns 400 where the request is malformed, 403 where the policy forbids it as a whole, 409 where its rows cannot be
 *   agreed to by the same people; rows that are refused are no failure of the whole
 */
export async function considerBulk(
  kernel: Kernel,
  principal: Principal,
  action: BoundAction,
  asked: BulkAsked,
  knownPolicy?: ApprovalPolicy,
): Promise<Result<ConsideredBulk>> {
  const fault = faultOf(action, asked)
  if (fault) return fail(fault)
  const policy = knownPolicy ?? (await kernel.policies.current(action.console))
  const targets = asked.rows.map(({ target }) => target)
  const open = action.concurrent ? new Map() : await openRequestsOn(kernel, targets, [action.name])
  const accepted: Considered[] = []
  const refused: RefusedRow[] = []
  const results = await eachOf(asked.rows, async ({ target, expected_version }) => {
    const considered = await considerAction(
      kernel,
      principal,
      action,
      target,
      asked.input,
      asked.reason && { code: asked.reason.code, ...noteOf(asked.reason) },
      policy,
    )
    if (!considered.ok) return considered
    const seen = considered.value.found.version
    if (expected_version !== undefined && !isVersion(expected_version, seen)) {
      const { found } = considered.value
      return {
        ...fail({
          kind: 'conflict',
          code: 'target_changed',
          message: say`It has changed since you saw it (version ${expected_version}, now ${seen}).`,
        }),
        found,
      }
    }
    const entity = kernel.entities.get(target.kind)
    const { state } = considered.value.found
    if (entity && takenFields(entity, action, state, considered.value.input).length > 0) {
      return { ...fail(openedAlone(action)), found: considered.value.found }
    }
    return open.has(`${target.kind}:${target.id}`)
      ? { ...fail(openAlready(action)), found: considered.value.found }
      : considered
  })
  for (const [index, { target }] of asked.rows.entries()) {
    const result = results[index] ?? fail(notReadInTime())
    if (result.ok) accepted.push(result.value)
    // An input that the schema does not take is no better for another record.
    else if ('inputIssues' in result && result.inputIssues !== undefined) return fail(result.failure)
    else {
      const denied = 'refusedBy' in result && result.refusedBy === 'policy'
      const title = titleOf(kernel, target, result)
      refused.push({ target, ...(title === undefined ? {} : { title }), failure: result.failure, denied })
    }
  }
  const whole = await wholeOf(action, principal, accepted, policy, kernel)
  return whole.ok ? ok({ accepted, refused, whole: whole.value }) : whole
}

/** As the queue names it, where it could be read; what the policy keeps from this person stays as it was asked for. */
function titleOf(kernel: Pick<Kernel, 'entities'>, { kind }: EntityRef, read: object): Text | undefined {
  if (!('found' in read) || ('refusedBy' in read && read.refusedBy === 'policy')) return undefined
  const { state } = read.found as Considered['found']
  return kernel.entities.get(kind)?.present(state).title
}

function noteOf({ note }: { readonly note?: string | undefined }): { readonly note?: string } {
  return note === undefined ? {} : { note }
}

/** In order, so many at a time; undefined for what was not begun in time. */
async function eachOf<Row, Outcome>(
  rows: readonly Row[],
  run: (row: Row) => Promise<Outcome>,
): Promise<(Outcome | undefined)[]> {
  const outcomes = new Array<Outcome | undefined>(rows.length)
  const until = performance.now() + READ_BUDGET_MS
  const left = rows.entries()
  const reader = async () => {
    for (const [index, row] of left) {
      if (performance.now() > until) return
      outcomes[index] = await run(row)
    }
  }
  await Promise.all(Array.from({ length: READS_AT_ONCE }, reader))
  return outcomes
}

async function wholeOf(
  action: BoundAction,
  principal: Principal,
  accepted: readonly Considered[],
  policy: ApprovalPolicy,
  kernel: Kernel,
): Promise<Result<Whole | undefined>> {
  const [first] = accepted
  if (!first) return ok(undefined)
  const tenants = new Set(accepted.map(({ found }) => found.tenantId))
  if (tenants.size > 1) {
    return fail({
      kind: 'conflict',
      code: 'rows_of_different_tenants',
      message: say`These records belong to different tenants. Ask for those of each apart.`,
    })
  }
  const totals = totalsOf(accepted)
  const { attributes, sums } = await withRollingSums(kernel, policy, action, attributesOf(accepted, totals), {
    requestedBy: principal.id,
    perTarget: accepted.map((row) => row.attributes),
    totals,
  })
  const requirement = requirementOf(policy, action, attributes, principal.roles)
  if (requirement.forbidden) {
    return fail({
      kind: 'forbidden',
      code: 'forbidden_by_policy',
      message: say`The approval policy forbids so much at once. Ask for less.`,
    })
  }
  const rule = strictestRule([requirement.rule, ...accepted.map((row) => row.rule)])
  if (!rule) {
    return fail({
      kind: 'conflict',
      code: 'rows_need_different_people',
      message: say`Nobody may agree to all of these records. Ask for those that the same people decide on apart.`,
    })
  }
  const preview = previewOf(action, accepted, totals)
  const shownOfAll = canonicalBytes({
    type: action.name,
    // Not by their own digests: those hold the rule of each at the moment of its reading, and what is asked of all of
    // them together may have become more since.
    rows: accepted.map(({ target, input, found, preview: shown }) => ({
      target: { kind: target.kind, id: target.id },
      input,
      target_version: found.version,
      preview: shown,
    })),
    policy_version: policy.version,
    required: rule.required,
    eligible_roles: [...rule.eligibleRoles],
  })
  const previewDigest = digestText(
    kernel.sealer.digestForInstallation(`preview ${shownOfAll.toString('utf8')}`),
  )
  return ok({
    attributes,
    rolling: sums,
    rule,
    preview,
    previewDigest,
    policyVersion: first.policyVersion,
    readAt: kernel.now(),
    tenantId: first.found.tenantId,
  })
}

/** By currency; undefined where a row says no amount. */
function totalsOf(accepted: readonly Considered[]): readonly Money[] | undefined {
  const totals = new Map<string, bigint>()
  for (const { attributes } of accepted) {
    const amount = wireMoney.safeParse(attributes.amount)
    if (!amount.success) return undefined
    const { currency, minor } = moneyFromWire(amount.data)
    totals.set(currency, (totals.get(currency) ?? 0n) + minor)
  }
  return [...totals].map(([currency, minor]) => ({ currency, minor }))
}

/**
 * What the approval policy is asked with: how many, the total where it is of one currency (without one, every rule about
 * an amount holds), what any of them is about, and what is the same of all of them.
 */
function attributesOf(
  accepted: readonly Considered[],
  totals: readonly Money[] | undefined,
): Readonly<Record<string, Json>> {
  const [first] = accepted
  const shared = Object.entries(first?.attributes ?? {}).filter(
    ([name, value]) =>
      name !== 'amount' &&
      name !== 'rolling' &&
      accepted.every(({ attributes }) => JSON.stringify(attributes[name]) === JSON.stringify(value)),
  )
  const [total] = totals ?? []
  const scopes = new Set(
    accepted.flatMap(({ attributes: { scope } }) => (typeof scope === 'string' ? [scope] : [])),
  )
  return {
    ...Object.fromEntries(shared),
    ...(scopes.size > 1 || (scopes.size === 1 && !shared.some(([name]) => name === 'scope'))
      ? { scopes: [...scopes].toSorted() }
      : {}),
    count: accepted.length,
    ...(total && totals?.length === 1 ? { amount: moneyToWire(total) } : {}),
  }
}

function previewOf(
  action: BoundAction,
  accepted: readonly Considered[],
  totals: readonly Money[] | undefined,
): PreviewBody & { readonly subject: Text } {
  const count = accepted.length
  const warnings = sharedWarnings(accepted)
  const amounts = (totals ?? []).map(moneyToWire)
  return {
    subject: say`${counted(count, 'one {# record} other {# records}')}`,
    summary:
      count === 1
        ? say`${action.present.title}, for one record.`
        : say`${action.present.title}, for each of ${counted(count, 'one {# record} other {# records}')} on its own.`,
    changes: [
      { label: say`Records`, after: String(count) },
      ...(amounts.length === 0 ? [] : [{ label: say`Amount in all`, after: together(amounts, ' + ') }]),
    ],
    ...(warnings.length === 0 ? {} : { warnings }),
    effects: [
      say`Each record is looked at once more before anything is sent: one that has changed by then is left alone, and the others go on.`,
    ],
  }
}

/** What should be noticed of rows, each sentence once, with how many it is said of. */
function sharedWarnings(accepted: readonly Considered[]): Text[] {
  const said = new Map<string, { readonly warning: Text; rows: number }>()
  for (const warning of accepted.flatMap(({ preview }) => preview.warnings ?? [])) {
    const same = said.get(english(warning)) ?? { warning, rows: 0 }
    said.set(english(warning), { warning, rows: same.rows + 1 })
  }
  const all = [...said.values()].map(({ warning, rows }) => say`${rows} of ${accepted.length}: ${warning}`)
  return all.length > WARNINGS_MAX
    ? [...all.slice(0, WARNINGS_MAX), say`${all.length - WARNINGS_MAX} more such differences.`]
    : all
}

function openAlready(action: BoundAction): Failure {
  return {
    kind: 'conflict',
    code: 'already_requested',
    message: say`"${action.present.title}" has been requested here and is still open.`,
  }
}

/** Whoever agrees to many at once has opened none of them. */
function openedAlone(action: BoundAction): Failure {
  return {
    kind: 'conflict',
    code: 'opened_alone',
    message: say`"${action.present.title}" goes by an account or a name on this record, which is opened before it is agreed to. Ask for it on this record alone.`,
  }
}

function notReadInTime(): Failure {
  return {
    kind: 'upstream_unavailable',
    code: 'upstream_unreadable',
    message: say`It could not be read in time. Try again shortly, or with fewer records.`,
  }
}

/** The row of a preview, as it is answered. */
export function rowOnWire(
  kernel: Pick<Kernel, 'entities'>,
  row: Considered | RefusedRow,
): Record<string, unknown> {
  if ('failure' in row) {
    const { code, message } = row.failure
    const target = { ...row.target, ...(row.title === undefined ? {} : { title: row.title }) }
    return { target, accepted: false, code, message }
  }
  const title = kernel.entities.get(row.target.kind)?.present(row.found.state).title
  return {
    target: { ...row.target, ...(title === undefined ? {} : { title }) },
    accepted: true,
    target_version: row.found.version,
    summary: row.preview.summary,
    ...(row.attributes.amount === undefined ? {} : { amount: row.attributes.amount }),
  }
}

/** `transfer/tr_1 and 11 more`: for one line about many. */
export function severalText(targets: readonly EntityRef[]): string {
  const [first] = targets
  if (!first) return 'none'
  return targets.length === 1 ? refText(first) : `${refText(first)} and ${targets.length - 1} more`
}
