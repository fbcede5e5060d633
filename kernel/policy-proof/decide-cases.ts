import type {
  Access,
  AccessDecision,
  AccessResource,
  PermissionDeclaration,
  RoleDeclaration,
} from '../access/access.ts'
import type { Policy } from '../access/cedar-policies.ts'
import { consoleOfRole } from '../access/role-name.ts'
import type { MountedConsole } from '../console.ts'
import { rolesNamedBy } from './monotone-in-roles.ts'
import { roleSets } from './role-sets.ts'

/** On what it is asked, as far as policies can tell: whose request, and whose record. */
export type CaseContext =
  | 'at the door'
  | 'a record of no tenant'
  | 'a record of their own tenant'
  | 'a record of another tenant'
  | 'a request of somebody else'
  | 'a request of their own'

/** One question put to the policy engine, and its answer. */
export type DecidedCase = {
  readonly kind: 'person' | 'machine'
  readonly roles: readonly RoleDeclaration[]
  /** False: these roles are of both sides of the separation of duties. */
  readonly admitted: boolean
  readonly permission: PermissionDeclaration
  readonly context: CaseContext
  /** The kind of record; undefined at the door and for a request. */
  readonly recordKind?: string
  readonly allowed: boolean
  /** Ids of the policies that decided it; empty where nothing permits. */
  readonly policies: readonly string[]
}

/** Whoever is asked about; the engine tells people apart by their ids alone. */
const ASKER = 'asker'
const SOMEBODY_ELSE = 'somebody-else'
const TENANT = 'own-tenant'

type Answered = Pick<DecidedCase, 'context' | 'recordKind' | 'allowed' | 'policies'>

/**
 * Every role set × (person, machine) × permission × class of resource, decided by the engine that decides in production, and
 * in its order: whom the door refuses (spec K-08) has one case, the others one for each class.
 *
 * Roles that no policy tells apart are decided once: `asked` counts the questions that the engine was put.
 */
export function decideCases(
  world: {
    readonly access: Access
    readonly roles: readonly RoleDeclaration[]
    readonly permissions: readonly PermissionDeclaration[]
    readonly policies: readonly Policy[]
    readonly consoles: readonly MountedConsole[]
  },
  take: (decided: DecidedCase) => void,
): { readonly asked: number } {
  const named = new Set(world.policies.flatMap(rolesNamedBy))
  const kindsOf = recordKinds(world.consoles)
  const answers = new Map<string, readonly Answered[]>()
  let asked = 0
  for (const { roles, admitted } of roleSets(world.roles)) {
    const told = [...new Set(roles.flatMap(namesOf).filter((name) => named.has(name)))].sort().join(' ')
    for (const kind of ['person', 'machine'] as const) {
      for (const permission of world.permissions) {
        const key = `${kind}|${told}|${permission.name}`
        let answered = answers.get(key)
        if (!answered) {
          answered = answer(world.access, kind, roles, permission, kindsOf(permission))
          answers.set(key, answered)
          asked += answered.length
        }
        for (const each of answered) take({ kind, roles, admitted, permission, ...each })
      }
    }
  }
  return { asked }
}

/** What a role is in, for policies. */
function namesOf({ role, side }: RoleDeclaration): string[] {
  return [`Role/${role}`, `Console/${consoleOfRole(role)}`, ...(side ? [`Side/${side}`] : [])]
}

function answer(
  access: Access,
  kind: DecidedCase['kind'],
  roles: readonly RoleDeclaration[],
  permission: PermissionDeclaration,
  recordKindsAsked: readonly string[],
): Answered[] {
  const principal = { id: ASKER, kind, roles: roles.map(({ role }) => role), tenants: [TENANT] }
  if (!access.mayEver(principal, permission.name)) {
    return [{ context: 'at the door', allowed: false, policies: [] }]
  }
  const on = (resource: AccessResource): AccessDecision => access.decide(principal, permission.name, resource)
  if (permission.kind === 'decide') {
    const request = (requestedBy: string) =>
      on({ type: 'ActionRequest', id: 'request', requestedBy, requesterKind: 'person' })
    return [
      { context: 'a request of somebody else', ...request(SOMEBODY_ELSE) },
      { context: 'a request of their own', ...request(ASKER) },
    ]
  }
  return recordKindsAsked.flatMap((recordKind): Answered[] => {
    const record = (tenant?: string) =>
      on({ type: 'Record', id: 'record', kind: recordKind, ...(tenant === undefined ? {} : { tenant }) })
    return [
      { context: 'a record of no tenant', recordKind, ...record() },
      { context: 'a record of their own tenant', recordKind, ...record(TENANT) },
      { context: 'a record of another tenant', recordKind, ...record('another-tenant') },
    ]
  })
}

/** The kinds of record that a permission is about: an action's target; for reading, whatever its console has. */
function recordKinds(
  consoles: readonly MountedConsole[],
): (permission: PermissionDeclaration) => readonly string[] {
  const targets = new Map(
    consoles.flatMap(({ actions }) => actions.map(({ name, targetKind }) => [name, targetKind] as const)),
  )
  const all = consoles.flatMap(({ entities }) => entities.map(({ kind }) => kind))
  return ({ name }) => {
    const target = targets.get(name)
    if (target !== undefined) return [target]
    const console = consoles.find(({ readPermissions }) => readPermissions.includes(name))
    const own = console?.name === 'kernel' ? [] : (console?.entities.map(({ kind }) => kind) ?? [])
    return own.length > 0 ? own : all.length > 0 ? all : ['record']
  }
}
