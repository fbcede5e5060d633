import type { RoleDeclaration } from '../access/access.ts'
import { isForbid, type Policy } from '../access/cedar-policies.ts'
import { kernelRoles } from '../access/kernel-roles.ts'
import { consoleOfRole } from '../access/role-name.ts'
import { changeApprovalPolicy } from '../approvals/change-approval-policy.ts'
import { recoverAuditLog } from '../audit/recover-audit-log.ts'
import { rotateAuditKey } from '../audit/rotate-audit-key.ts'
import type { BoundAction, MountedConsole } from '../console.ts'
import { revealOf } from '../reveal/define-reveal.ts'
import { revealRequest } from '../reveal/reveal-request.ts'
import type { DecidedCase } from './decide-cases.ts'
import { monotoneInRoles } from './monotone-in-roles.ts'

/** Something that has to be so of the declarations themselves. */
export type Looked = {
  /** What was looked at, by its name in the declarations. */
  readonly subject: string
  /** Why it is not so; undefined where it is. */
  readonly wrong: string | undefined
}

/** A sentence that an auditor can rely on, and how it is checked: on every case, or on the declarations. */
export type StandingProperty = {
  readonly name: string
  readonly sentence: string
} & (
  | {
      /** Whether the sentence speaks of this case at all. */
      readonly concerns: (decided: DecidedCase) => boolean
      readonly holds: (decided: DecidedCase) => boolean
      /** It holds of roles too that separation of duties keeps apart, should somebody come to hold them. */
      readonly evenAcrossSides?: true
    }
  | { readonly looks: () => readonly Looked[] }
)

/** Who is kept from what: people of the one side from everything that belongs to the other. */
const ISOLATED: NonNullable<RoleDeclaration['side']> = 'platform'
/** Events by which somebody comes to be allowed more, whichever action tells of them. */
const RAISES_AUTHORITY = ['kernel.person.role_granted', 'kernel.person.enabled']
/** What touches the rules themselves, or the proof of what was done. */
const TOUCHES_THE_PROOF = [changeApprovalPolicy, recoverAuditLog, rotateAuditKey]

/** Never one person's to do, whatever rules say; found by what it does, so that the next action that gives a role is among them. */
function neverAlone({ name, eventTypes = [] }: BoundAction): boolean {
  return (
    eventTypes.some((type) => RAISES_AUTHORITY.includes(type)) ||
    TOUCHES_THE_PROOF.some((each) => each.name === name)
  )
}

/**
 * The properties that hold of every installation, whatever consoles it has: they speak of sides, kinds of permission and
 * declarations, and of no console by name. Made anew for each proof: one of them remembers what single roles were allowed.
 */
export function standingProperties(world: {
  readonly consoles: readonly MountedConsole[]
  readonly policies: readonly Policy[]
  readonly roles: readonly RoleDeclaration[]
}): readonly StandingProperty[] {
  const { consoles, policies } = world
  const isolatedConsoles = new Set(
    world.roles.filter(({ side }) => side === ISOLATED).map(({ role }) => consoleOfRole(role)),
  )
  /** Somebody of the isolated side, whatever else they hold; or somebody whose roles are all of its consoles. */
  const isolated = (roles: readonly RoleDeclaration[]): boolean =>
    roles.some(({ side }) => side === ISOLATED) ||
    (roles.length > 0 && roles.every(({ role }) => isolatedConsoles.has(consoleOfRole(role))))
  const actions = consoles.flatMap((console) => console.actions)
  const permits = new Set(policies.filter((policy) => !isForbid(policy)).map(({ id }) => id))
  const opening = new Set([
    revealRequest.name,
    ...consoles.flatMap(({ entities }) =>
      entities.filter(({ personal }) => personal.length > 0).map((entity) => revealOf(entity)),
    ),
  ])
  return [
    {
      name: 'platform-moves-no-money',
      sentence:
        'Nobody who runs the platform may ask for anything that moves money, or agree to it, whatever other roles they hold. That would hold even of somebody with roles of both sides, whom nothing lets in. The other roles of the platform’s console let nobody do so either.',
      concerns: ({ roles, permission }) => isolated(roles) && permission.movesMoney,
      holds: denied,
      evenAcrossSides: true,
    },
    {
      name: 'platform-keeps-out-of-finance',
      sentence:
        'Nobody who runs the platform may read or change anything of a console whose people handle money. (An auditor’s role reads everything; so would somebody who audits and runs the platform. Nobody is given both here, only an identity provider could assert them.)',
      concerns: ({ roles, permission }) =>
        isolated(roles) &&
        permission.financial === true &&
        !permission.movesMoney &&
        !(permission.kind === 'read' && audits(roles)),
      holds: denied,
    },
    {
      name: 'nobody-agrees-with-themselves',
      sentence: 'Nobody agrees to what they have asked for themselves.',
      concerns: ({ context }) => context === 'a request of their own',
      holds: denied,
    },
    {
      name: 'machines-agree-to-nothing',
      sentence: 'Programs may ask, and agree to nothing.',
      concerns: ({ kind, permission }) => kind === 'machine' && permission.kind === 'decide',
      holds: denied,
    },
    {
      name: 'auditor-changes-nothing',
      sentence:
        'Whoever holds the auditor’s role changes nothing and agrees to nothing, whatever other roles they hold.',
      concerns: ({ roles, permission }) => audits(roles) && permission.kind !== 'read',
      holds: denied,
    },
    {
      name: 'auditor-reads-everything',
      sentence: 'The auditor reads everything, save what belongs to a tenant that they do not look after.',
      concerns: ({ roles, permission, context }) =>
        roles.length === 1 &&
        audits(roles) &&
        permission.kind === 'read' &&
        context !== 'a record of another tenant',
      holds: ({ allowed }) => allowed,
    },
    {
      name: 'nothing-without-a-role',
      sentence: 'Whoever holds no role may do nothing.',
      concerns: ({ roles }) => roles.length === 0,
      holds: denied,
    },
    {
      name: 'nothing-without-a-rule',
      sentence: 'Nothing is allowed that no rule permits by name: what nobody has thought of is refused.',
      concerns: ({ allowed }) => allowed,
      holds: ({ policies: by }) => by.some((id) => permits.has(id)),
    },
    {
      name: 'tenants-stay-apart',
      sentence: 'A record of a tenant is there for nobody who does not look after that tenant.',
      concerns: ({ context }) => context === 'a record of another tenant',
      holds: denied,
    },
    {
      name: 'lent-roles-only-read',
      sentence:
        'A role that is lent for a time lets its holder read the records of its console, and do nothing: no asking, no agreeing, no opening of personal data, no log.',
      concerns: ({ roles: held, permission }) =>
        held.length === 1 &&
        held.every(({ lent }) => lent !== undefined) &&
        held.every(({ role }) => permission.name !== `${consoleOfRole(role)}:read`),
      holds: denied,
    },
    rolesOnlyAdd(),
    {
      name: 'larger-sets-follow',
      sentence:
        'No rule opens something because somebody lacks a role. What holds for one role and for two together therefore holds for any number.',
      looks: () => {
        const wrong = new Map(monotoneInRoles(policies).map(({ policy, why }) => [policy, why]))
        return policies.map(({ id }) => ({ subject: id, wrong: wrong.get(id) }))
      },
    },
    {
      name: 'money-needs-two',
      sentence:
        'As declared, whatever moves money needs two people: whoever asks for it, and somebody else who agrees.',
      looks: () =>
        actions
          .filter(({ movesMoney }) => movesMoney)
          .map((action) =>
            agreementOf(action, action.approvals.required, 'it is done as soon as it is asked for'),
          ),
    },
    {
      name: 'authority-needs-two',
      sentence:
        'Giving, changing or lending a role, letting an account back in, changing the rules of approval, declaring entries of the audit log lost and changing its key need two people, whatever rules people set.',
      looks: () =>
        actions
          .filter(neverAlone)
          .map((action) =>
            agreementOf(action, action.approvals.leastRequired ?? 0, 'a rule could leave it to one person'),
          ),
    },
    {
      name: 'erasing-needs-two',
      sentence: 'Personal data is erased by two people, whatever rules people set.',
      looks: () =>
        actions
          .filter(({ erases }) => erases)
          .map((action) =>
            agreementOf(action, action.approvals.leastRequired ?? 0, 'a rule could leave it to one person'),
          ),
    },
    {
      name: 'people-open-personal-data',
      sentence: 'Personal data that is hidden is opened by people alone, never by programs.',
      concerns: ({ kind, permission }) => kind === 'machine' && opening.has(permission.name),
      holds: denied,
    },
    {
      name: 'opening-needs-a-reason',
      sentence:
        'Every record that holds personal data has one way to open it, and that asks for a reason each time.',
      looks: () =>
        [...opening]
          .filter((name) => name !== revealRequest.name || actions.some((action) => action.name === name))
          .map((name) => ({
            subject: name,
            wrong: unexplained(actions.find((action) => action.name === name)),
          })),
    },
  ]
}

const denied = ({ allowed }: DecidedCase): boolean => !allowed

function audits(roles: readonly RoleDeclaration[]): boolean {
  return roles.some(({ role }) => kernelRoles.some((each) => each.role === role))
}

function agreementOf({ name }: BoundAction, required: number, otherwise: string): Looked {
  return { subject: name, wrong: required > 0 ? undefined : `it asks nobody else: ${otherwise}` }
}

function unexplained(action: BoundAction | undefined): string | undefined {
  if (!action) return 'there is no such action, so nothing says why it was opened'
  return action.reasons.length > 0 ? undefined : 'it asks for no reason'
}

/** Single roles come before pairs, so that what each of the two is allowed alone is known by then. */
function rolesOnlyAdd(): StandingProperty {
  const allowedAlone = new Set<string>()
  return {
    name: 'two-roles-open-no-third-thing',
    sentence: 'Two roles together open nothing that neither of them opens alone.',
    concerns(decided) {
      const [first, second] = decided.roles
      if (first && !second && decided.allowed) allowedAlone.add(asked(decided, first))
      return second !== undefined
    },
    holds: (decided) =>
      !decided.allowed || decided.roles.some((role) => allowedAlone.has(asked(decided, role))),
  }
}

function asked({ kind, permission, context, recordKind }: DecidedCase, { role }: RoleDeclaration): string {
  return [kind, role, permission.name, context, recordKind ?? ''].join('|')
}
