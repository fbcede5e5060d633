import { makeAccess, type PermissionDeclaration, type RoleDeclaration } from '../access/access.ts'
import { parsePolicies } from '../access/cedar-policies.ts'
import { consoleOfRole } from '../access/role-name.ts'
import { withDeciders } from '../access/with-deciders.ts'
import { rulesDeclaredWhere } from '../approvals/approval-policy.ts'
import { conditionsOf } from '../approvals/rule-sentence.ts'
import { scopesOf } from '../approvals/ruled-actions.ts'
import { type BoundAction, type MountedConsole, permissionsOf } from '../console.ts'
import { english } from '../languages/make-teller.ts'
import { together } from '../languages/say.ts'
import { canonicalBytes, type Json, sha256 } from '../personal-data/canonical-json.ts'
import { type DecidedCase, decideCases } from './decide-cases.ts'
import { permissionWords } from './permission-words.ts'
import { type StandingProperty, standingProperties } from './standing-properties.ts'

/** What the kernel's own actions are about. */
const EVERY_CONSOLE = 'Every console'
/** Named for each property; all are counted. */
const NAMED_MAX_COUNTEREXAMPLES = 20

/** A case that should not be, so that somebody can go and look. */
export type Counterexample = {
  /** A sentence for a person. */
  readonly says: string
  /** Of a case: who and what. */
  readonly kind?: 'person' | 'machine'
  readonly roles?: readonly string[]
  readonly permission?: string
  readonly context?: string
  readonly record_kind?: string
  /** Ids of the policies that decided it so; of a declaration, its name. */
  readonly policies?: readonly string[]
  readonly subject?: string
}

export type ProvedProperty = {
  readonly name: string
  readonly sentence: string
  /** Cases, or declarations, that it speaks of. */
  readonly checked: number
  /** How many of them are not so. */
  readonly broken: number
  /** The smallest of them, one for whoever does something: a pair of roles is not named where one of the two does it alone. */
  readonly counterexamples: readonly Counterexample[]
}

/** What a role may do by itself, as an auditor looks it up. */
export type RoleMay = {
  readonly permission: string
  readonly words: string
  readonly roles: readonly string[]
  /** Of an action: what it is done to, in words. */
  readonly about?: string
  /** Of asking for an action: how many others must agree. */
  readonly agree?: Agreement
}

/** How many people other than whoever asks have to agree. */
export type Agreement = {
  /** As declared, where nobody has set another rule. */
  readonly declared: number
  /** What more is declared where a condition holds, in words. */
  readonly where: readonly string[]
  /** No rule that people set can ask for fewer. */
  readonly at_least: number
}

/** What is declared to move money: the statements about money rest on this list. */
export type MovesMoney = { readonly action: string; readonly words: string } & Pick<RoleMay, 'about'> & {
    readonly agree: Agreement
  }

export type PolicyProof = {
  /** The hash of policies, roles and permissions that decides in production too; each request keeps it with its rule of approval. */
  readonly rules: string
  /** The hash of what the other statements rest on: of every action its agreements, reasons, what it moves, erases and tells of. */
  readonly declarations: string
  readonly made_at: string
  readonly holds: boolean
  readonly counts: {
    readonly policies: number
    readonly roles: number
    readonly role_sets: number
    readonly permissions: number
    readonly cases: number
    /** Of these, put to the engine; no policy tells the roles of the others apart from theirs. */
    readonly asked: number
    readonly properties: number
  }
  readonly properties: readonly ProvedProperty[]
  readonly roles: readonly { readonly role: string; readonly title: string; readonly console: string }[]
  /** By console, in the order of the declarations. */
  readonly may: readonly { readonly console: string; readonly permissions: readonly RoleMay[] }[]
  readonly moves_money: readonly MovesMoney[]
}

/**
 * Proves the standing properties of what is declared, or names what breaks them (spec K-10). Everything is enumerated from the
 * declarations and decided by the engine of production.
 *
 * @param draft Cedar text by file name: in place of the declared file of that name, or beside them
 * @throws Error listing every problem where the policies do not fit the declarations: the product would not start with them
 */
export function provePolicies(options: {
  readonly consoles: readonly MountedConsole[]
  readonly roles: readonly RoleDeclaration[]
  readonly draft?: Readonly<Record<string, string>>
  readonly now: Date
}): PolicyProof {
  const { roles } = options
  const files = {
    ...Object.fromEntries(options.consoles.flatMap((console) => Object.entries(console.policies))),
    ...options.draft,
  }
  const permissions = permissionsOf(options.consoles)
  const access = makeAccess({ roles, permissions, policies: files })
  const consoles = withDeciders(options.consoles, access)
  const policies = Object.entries(files).flatMap(([file, text]) => parsePolicies(file, text))
  const words = permissionWords(consoles)
  const tallies = standingProperties({ consoles, policies, roles }).map((property) => tally(property, words))
  let cases = 0
  const sets = new Set<string>()
  const { asked } = decideCases({ access, roles, permissions, policies, consoles }, (decided) => {
    cases += 1
    sets.add(decided.roles.map(({ role }) => role).join(' '))
    for (const each of tallies) each.take(decided)
  })
  const properties = tallies.map((each) => each.proved())
  const consoleTitles = titles(consoles)
  return {
    rules: access.version,
    declarations: fingerprintOf(consoles, roles),
    made_at: options.now.toISOString(),
    holds: properties.every(({ broken }) => broken === 0),
    counts: {
      policies: policies.length,
      roles: roles.length,
      role_sets: sets.size,
      permissions: permissions.length,
      cases,
      asked,
      properties: properties.length,
    },
    properties,
    roles: roles.map(({ role, title }) => ({ role, title, console: consoleTitles(role) })),
    may: groupsOf(permissions, consoles).map(({ console, of }) => ({
      console,
      permissions: of.map(({ name }) => ({
        permission: name,
        words: words(name),
        roles: access.rolesFor(name),
        ...ofAction(name, consoles),
      })),
    })),
    moves_money: consoles
      .flatMap(({ actions }) => actions)
      .filter(({ movesMoney }) => movesMoney)
      .map((action) => ({
        action: action.name,
        words: words(action.name),
        about: aboutOf(action),
        agree: agreementFor(action),
      })),
  }
}

/** What a row of the table says of an action beside who may: of agreeing to it, what it is about alone. */
function ofAction(permission: string, consoles: readonly MountedConsole[]): Pick<RoleMay, 'about' | 'agree'> {
  const actions = consoles.flatMap((console) => console.actions)
  const asked = actions.find(({ name }) => name === permission)
  if (asked) return { about: aboutOf(asked), agree: agreementFor(asked) }
  const decided = actions.find(({ name }) => `${name}:decide` === permission)
  return decided ? { about: aboutOf(decided) } : {}
}

function aboutOf({ targetKind }: BoundAction): string {
  return targetKind.replaceAll('_', ' ')
}

function agreementFor(action: BoundAction): Agreement {
  const { name, approvals } = action
  const titled = [{ type: name, title: action.present.title, scopes: scopesOf(action) }]
  return {
    declared: approvals.required,
    where: rulesDeclaredWhere(action).map(
      (rule) => `${rule.required} ${english(together(conditionsOf(rule, titled), ', '))}`,
    ),
    at_least: approvals.leastRequired ?? 0,
  }
}

/** By which two reports, or a report and a product, are told to be of the same declarations. */
function fingerprintOf(consoles: readonly MountedConsole[], roles: readonly RoleDeclaration[]): string {
  const declared = {
    roles: roles.map((role) => ({ ...role })),
    actions: consoles
      .flatMap(({ actions }) => actions)
      .map(({ name, movesMoney, approvals, approvalsWhere, reasons, erases, eventTypes = [] }) => ({
        ...{ name, movesMoney, erases, eventTypes: [...eventTypes] },
        approvals: { ...approvals },
        approvalsWhere: approvalsWhere.map(({ when, required, eligibleRoles }) => ({
          when,
          required,
          eligibleRoles,
        })),
        reasons: reasons.map(({ code, noteRequired = false }) => ({ code, noteRequired })),
      })),
  }
  return sha256(canonicalBytes(JSON.parse(JSON.stringify(declared)) as Json))
    .toString('hex')
    .slice(0, 16)
}

/** Counts what a property is told of, and keeps the smallest of what breaks it. */
function tally(
  property: StandingProperty,
  words: (permission: string) => string,
): { take(decided: DecidedCase): void; proved(): ProvedProperty } {
  const { name, sentence } = property
  if ('looks' in property) {
    const looked = property.looks()
    const wrong = looked.flatMap(({ subject, wrong: why }) => (why === undefined ? [] : [{ subject, why }]))
    return {
      take: () => undefined,
      proved: () => ({
        name,
        sentence,
        checked: looked.length,
        broken: wrong.length,
        counterexamples: wrong.slice(0, NAMED_MAX_COUNTEREXAMPLES).map(({ subject, why }) => ({
          says: `${subjectWords(subject, words)}: ${why}.`,
          subject,
        })),
      }),
    }
  }
  let checked = 0
  let broken = 0
  const counterexamples: Counterexample[] = []
  const seen = new Set<string>()
  return {
    take(decided) {
      if (!decided.admitted && !property.evenAcrossSides) return
      if (!property.concerns(decided)) return
      checked += 1
      if (property.holds(decided)) return
      broken += 1
      const { kind, roles, permission } = decided
      const by = (held: readonly RoleDeclaration[]) =>
        [kind, permission.name, ...held.map(({ role }) => role)].join('|')
      // One for whoever does it: of the first kind of record, and not of larger sets again.
      if (seen.has(by(roles)) || roles.some((role) => seen.has(by([role])))) return
      seen.add(by(roles))
      if (counterexamples.length < NAMED_MAX_COUNTEREXAMPLES) counterexamples.push(named(decided, words))
    },
    proved: () => ({ name, sentence, checked, broken, counterexamples }),
  }
}

function named(decided: DecidedCase, words: (permission: string) => string): Counterexample {
  const { kind, roles, permission, context, recordKind, allowed, policies } = decided
  const who = kind === 'person' ? 'Somebody' : 'A program'
  const as =
    roles.length === 0
      ? 'without any role'
      : `with the role${roles.length > 1 ? 's' : ''} ${roles.map(({ role, title }) => `${title} (${role})`).join(' and ')}`
  const on = context === 'at the door' ? '' : `, on ${context}${recordKind ? ` (${recordKind})` : ''}`
  const by =
    policies.length > 0
      ? `${allowed ? 'permitted' : 'forbidden'} by ${policies.join(', ')}`
      : 'no rule permits it'
  return {
    says: `${who} ${as} may ${allowed ? '' : 'not '}${words(permission.name)}${on}: ${by}.`,
    kind,
    roles: roles.map(({ role }) => role),
    permission: permission.name,
    context,
    ...(recordKind === undefined ? {} : { record_kind: recordKind }),
    policies,
  }
}

/** An action by its title with its name; a policy by its name. */
function subjectWords(subject: string, words: (permission: string) => string): string {
  const said = words(subject)
  return said === subject ? subject : `To ${said} (${subject})`
}

function titles(consoles: readonly MountedConsole[]): (role: string) => string {
  const known = new Map(consoles.map(({ name, title }) => [name, english(title)]))
  return (role) => {
    const console = consoleOfRole(role)
    return known.get(console) ?? `${console.slice(0, 1).toUpperCase()}${console.slice(1)}`
  }
}

function groupsOf(
  permissions: readonly PermissionDeclaration[],
  consoles: readonly MountedConsole[],
): { console: string; of: PermissionDeclaration[] }[] {
  const consoleOf = ({ name }: PermissionDeclaration) => {
    const own = consoles.find(
      ({ actions, readPermissions }) =>
        readPermissions.includes(name) ||
        actions.some((action) => action.name === name || `${action.name}:decide` === name),
    )
    return own && own.name !== 'kernel' ? english(own.title) : EVERY_CONSOLE
  }
  const groups = new Map<string, PermissionDeclaration[]>([[EVERY_CONSOLE, []]])
  for (const permission of permissions) {
    const console = consoleOf(permission)
    groups.set(console, [...(groups.get(console) ?? []), permission])
  }
  return [...groups].map(([console, of]) => ({ console, of }))
}
