import { readFileSync } from 'node:fs'
import type { FieldError } from '@countersign/kernel/actions/failure.ts'
import {
  type ApprovalPolicy,
  approvalPolicyRule,
  declaredPolicy,
  withDeclared,
} from '@countersign/kernel/approvals/approval-policy.ts'
import { checkRules } from '@countersign/kernel/approvals/check-rules.ts'
import { type Replayed, replayRequests } from '@countersign/kernel/approvals/replay-requests.ts'
import { ruled } from '@countersign/kernel/approvals/ruled-actions.ts'
import type { BoundAction } from '@countersign/kernel/console.ts'
import { fieldErrors } from '@countersign/kernel/http/field-errors.ts'
import { english } from '@countersign/kernel/languages/make-teller.ts'
import { declaredConsoles } from '@countersign/server/declared-consoles.ts'
import { type Command, InvalidArgumentError } from 'commander'
import pg from 'pg'
import { z } from 'zod'
import { type AuditDefaults, databaseUrlFor } from './audit-defaults.ts'
import { addPolicyProve } from './policy-prove.ts'

const DAYS_MAX = 3_660
/** Listed in the JSON object; all are counted, and all are printed without --json. */
const LISTED_MAX_REQUESTS = 10_000

/** The rules of one console, as `kernel.change_approval_policy` takes them; that list alone will do. */
const draftFile = z.preprocess(
  (draft) => (Array.isArray(draft) ? { rules: draft } : draft),
  z.strictObject({ rules: z.array(approvalPolicyRule).min(1, 'at least one rule') }),
)

type Flags = { days: number; draft: string; json?: true; databaseUrl?: string }

/** `countersign policy simulate`: what a draft of the approval rules would have decided otherwise; beside it, `prove`. */
export function addPolicyCommands(program: Command, defaults: AuditDefaults): void {
  const policy = program
    .command('policy')
    .description('rules: prove what they never allow, try a draft of the approval rules before asking for it')
  addPolicyProve(policy)
  policy
    .command('simulate')
    .description('replay the last days of requests against a draft of the rules; changes nothing')
    .requiredOption('--days <n>', 'how far back', days)
    .requiredOption('--draft <file>', 'JSON: {"rules": […]} of one console, all of them')
    .option('--json', 'print one JSON object')
    .option(
      '--database-url <url>',
      'the database to read (default: AUDITOR_DATABASE_URL, then this installation)',
    )
    .action((flags: Flags) => simulate(flags, defaults))
}

async function simulate(flags: Flags, defaults: AuditDefaults): Promise<void> {
  const { actions, draft } = readDraft(flags.draft)
  const pool = new pg.Pool({ connectionString: databaseUrlFor(flags.databaseUrl, defaults), max: 1 })
  const tally = { replayed: 0, figures_unknown: 0, decided_otherwise: 0 }
  const listed: Replayed[] = []
  try {
    for await (const request of replayRequests(pool, actions, draft, flags.days)) {
      tally.replayed += 1
      if (!request.figures_known) tally.figures_unknown += 1
      if (!request.otherwise) continue
      tally.decided_otherwise += 1
      if (!flags.json) console.log(line(request))
      else if (listed.length < LISTED_MAX_REQUESTS) listed.push(request)
    }
  } finally {
    await pool.end()
  }
  if (flags.json) {
    const { days } = flags
    console.log(JSON.stringify({ days, policy_version: draft.version, ...tally, requests: listed }))
    return
  }
  const days = flags.days === 1 ? 'the last day' : `the last ${flags.days} days`
  console.log(
    `${tally.decided_otherwise} of ${tally.replayed} requests of ${days} would have been decided otherwise.`,
  )
  if (tally.figures_unknown > 0) {
    console.log(
      `Of ${tally.figures_unknown} no figures were kept: every condition was taken to hold for them.`,
    )
  }
}

/** @throws Error naming every member that is not as it must be */
function readDraft(file: string): { actions: ReadonlyMap<string, BoundAction>; draft: ApprovalPolicy } {
  const parsed = draftFile.safeParse(readJson(file))
  if (!parsed.success) throw refusedDraft(file, fieldErrors(parsed.error.issues))
  const { rules } = parsed.data
  const { consoles, access } = declaredConsoles()
  const console = consoles.find(({ name }) => rules[0]?.action.startsWith(`${name}.`))
  const actions = console?.actions ?? []
  const wrong = checkRules(rules, ruled(actions, access), 'rules')
  if (wrong.length > 0) throw refusedDraft(file, wrong)
  return {
    actions: new Map(actions.map((action) => [action.name, action])),
    draft: withDeclared(rules, declaredPolicy(actions).rules),
  }
}

function readJson(file: string): unknown {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new Error(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`)
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`${file} is not JSON: ${(error as Error).message}`)
  }
}

function refusedDraft(file: string, errors: readonly FieldError[]): Error {
  const lines = errors.map(
    ({ field, message, allowed }) =>
      `  ${field}: ${english(message)}${allowed && allowed.length > 0 ? ` (allowed: ${allowed.join(', ')})` : ''}`,
  )
  return new Error(`${file} is no draft of the rules:\n${lines.join('\n')}`)
}

function line({
  created_at,
  id,
  type,
  target,
  state,
  asked_under,
  draft,
  otherwise,
  would_count,
}: Replayed): string {
  const head = `${created_at} ${id} ${type} ${target.kind}/${target.id} (${state}):`
  switch (otherwise) {
    case 'forbidden':
      return `${head} would have been forbidden`
    case 'allowed':
      return `${head} was denied; would have needed ${draft?.required ?? 0}`
    case 'more_people':
    case 'fewer_people':
    case 'other_people':
      return `${head} needed ${asked_under?.required}, would have needed ${draft?.required} of ${draft?.eligible_roles.join(', ')}; ${would_count} who agreed would have counted`
    case undefined:
      return head
    default:
      return otherwise satisfies never
  }
}

function days(text: string): number {
  const value = Number(text)
  if (!/^\d{1,4}$/.test(text) || value < 1 || value > DAYS_MAX) {
    throw new InvalidArgumentError(`It must be a whole number of days from 1 to ${DAYS_MAX}.`)
  }
  return value
}
