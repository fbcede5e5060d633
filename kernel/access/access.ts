import cedar from '@cedar-policy/cedar-wasm/nodejs'
import { canonicalBytes, sha256 } from '../personal-data/canonical-json.ts'
import {
  isConditional,
  isForbid,
  namesAnIndividual,
  type Policy,
  parsePolicies,
  permissionGroups,
  preparse,
  validatePolicies,
} from './cedar-policies.ts'

/** A role of one console. `side` keeps money and platform apart: nobody holds roles on both. */
export type RoleDeclaration = {
  readonly role: string
  readonly title: string
  readonly side?: 'money' | 'platform'
  /** The super role of its console: who holds it and is on the break-glass list carries out a critical action alone (K-20). */
  readonly breaksGlass?: true
  /** Whoever is the last active person to hold it neither loses it here nor is disabled. */
  readonly keepsOne?: true
  /**
   * Had for a time alone, of at most so many hours, by whoever holds the role that it is lent `to`: two people lend it (`kernel.lend_role`),
   * and what an identity provider asserts of it counts for nothing. It reads the records of its console.
   */
  readonly lent?: { readonly to: string; readonly maxHours: number }
}

/** Something that policy decides on: an action, the deciding on one, or a permission to read. */
export type PermissionDeclaration = {
  readonly name: string
  readonly kind: 'read' | 'change' | 'decide'
  readonly movesMoney: boolean
  /** Of a console whose people handle money, or moving money itself: a denial of it to the other side is a breach. */
  readonly financial?: boolean
  /** Of a console that is kept from everybody else: a denial of it to whoever may never have it is a breach. */
  readonly guarded?: boolean
}

export type AccessPrincipal = {
  readonly id: string
  readonly kind: 'person' | 'machine'
  readonly roles: readonly string[]
  readonly tenants?: readonly string[]
}

export type AccessResource =
  | { readonly type: 'Record'; readonly id: string; readonly kind: string; readonly tenant?: string }
  | {
      readonly type: 'ActionRequest'
      readonly id: string
      readonly requestedBy: string
      readonly requesterKind: 'person' | 'machine'
    }

export type AccessDecision = {
  readonly allowed: boolean
  /** Ids of the policies that decided it; empty when nothing permits. */
  readonly policies: readonly string[]
}

export type Access = {
  /** May someone with these roles ever do this, whatever the target? Decided before a target is looked at. */
  mayEver(principal: Pick<AccessPrincipal, 'kind' | 'roles'>, permission: string): boolean
  /** The decision on this very target, with its attributes. */
  decide(principal: AccessPrincipal, permission: string, resource: AccessResource): AccessDecision
  /** The single roles with which it may be done: what to tell someone who may not. */
  rolesFor(permission: string): readonly string[]
  permissions(): readonly string[]
  /** Whether finance isolation covers it, as declared; false for what is no permission. */
  isFinancial(permission: string): boolean
  /** Whether it is kept from everybody who does not have it, as declared; false for what is no permission. */
  isGuarded(permission: string): boolean
  /** Does one of these roles stand on this side of the separation of duties? */
  standsOn(side: NonNullable<RoleDeclaration['side']>, roles: readonly string[]): boolean
  /** The super roles of a console, without which being on its break-glass list is nothing. */
  breakGlassRoles(console: string): readonly string[]
  /** Hash of policies, roles and permissions: which rules decided. */
  readonly version: string
}

const RESOURCE_TYPES = ['Record', 'ActionRequest'] as const
type ResourceType = (typeof RESOURCE_TYPES)[number]
/** Decisions by role set × permission kept in memory; role sets are few. */
const CACHED_DECISIONS = 50_000
/** By what they were made of: the engine keeps what it has parsed by name, for all that live in one process. */
const made = new Map<string, Access>()
/** Sets of policies that apply to a permission and the roles held; there are a few dozen. */
const PARSED_SETS_MAX = 2_000

/**
 * The policy engine: Cedar policies as data, deny by default. Policies are validated against a schema made from the
 * declarations, so that a policy which names an unknown action or role does not start.
 *
 * Role × action must be decidable before a target is known (spec K-08), so policies name roles in their scope
 * (`principal in Role::"…"`) and attributes in their conditions; {@link Access.mayEver} looks at the scopes alone.
 *
 * @throws Error listing every validation problem
 */
export function makeAccess(options: AccessRules): Access {
  const rules = sha256(
    canonicalBytes({
      policies: { ...options.policies },
      roles: options.roles.map((role) => ({ ...role })),
      permissions: options.permissions.map((permission) => ({ ...permission })),
    }),
  ).toString('hex')
  const access = made.get(rules) ?? accessBy(options, rules)
  made.set(rules, access)
  return access
}

type AccessRules = {
  readonly roles: readonly RoleDeclaration[]
  readonly permissions: readonly PermissionDeclaration[]
  /** Cedar text by the name of the file it came from. */
  readonly policies: Readonly<Record<string, string>>
}

/** @param rules what the engine knows these by */
function accessBy(options: AccessRules, rules: string): Access {
  const { roles, permissions } = options
  const policies = Object.entries(options.policies).flatMap(([file, text]) => parsePolicies(file, text))
  validatePolicies(policies, permissions)
  const version = sha256(
    canonicalBytes({
      policies: { ...options.policies },
      roles: roles.map(({ role, side }) => ({ role, side })),
      permissions: permissions.map((permission) => ({ ...permission })),
    }),
  )
    .toString('hex')
    .slice(0, 16)
  const parsed = {
    all: rules,
    permits: `${rules}.permits`,
    forbids: `${rules}.forbids`,
  }
  preparse(parsed.all, policies, ({ text }) => text)
  // Conditions aside, and each as a permit: the engine then names every policy whose scope fits.
  const scopeOf = ({ json }: Policy): cedar.PolicyJson => ({ ...json, effect: 'permit', conditions: [] })
  preparse(
    parsed.permits,
    policies.filter((policy) => !isForbid(policy)),
    scopeOf,
  )
  preparse(parsed.forbids, policies.filter(isForbid), scopeOf)

  const known = new Map(roles.map((role) => [role.role, role]))
  const financial = new Set(
    permissions.filter((each) => each.financial || each.movesMoney).map(({ name }) => name),
  )
  const guarded = new Set(permissions.filter((each) => each.guarded).map(({ name }) => name))
  const declared = new Map(permissions.map((permission) => [permission.name, permission]))
  // Only what this principal and this permission descend from: the engine parses what it is given at every decision.
  const rolesHeld = (held: readonly string[]) => [...new Set(held)].flatMap((role) => known.get(role) ?? [])
  const matches = new Map<string, readonly Policy[]>()
  const admissions = new Map<string, ReadonlySet<string>>()
  const sets = new Map<string, string>()
  const decisions = new Map<string, AccessDecision>()
  // A policy that names one person or one record would make the class below too coarse.
  const namesIndividuals = policies.some(namesAnIndividual)

  /**
   * Policies whose scope admits these roles, this permission and this type of resource, conditions aside. A scope asks of whom the
   * principal descends, and whoever holds several roles descends from each: it admits them where it admits one of these, or nobody's.
   */
  function matching(
    kind: AccessPrincipal['kind'],
    roleSet: readonly string[],
    permission: string,
    resourceType: ResourceType,
  ): readonly Policy[] {
    const key = `${kind}|${[...roleSet].sort().join(',')}|${permission}|${resourceType}`
    const cached = matches.get(key)
    if (cached) return cached
    const fitting = new Set(
      [undefined, ...rolesHeld(roleSet)].flatMap((role) => [
        ...admitting(kind, role, permission, resourceType),
      ]),
    )
    const found = policies.filter(({ id }) => fitting.has(id))
    if (matches.size >= CACHED_DECISIONS) matches.clear()
    matches.set(key, found)
    return found
  }

  /** Ids of the policies whose scope admits whoever holds this role alone; of nobody's, where none is given. */
  function admitting(
    kind: AccessPrincipal['kind'],
    role: RoleDeclaration | undefined,
    permission: string,
    resourceType: ResourceType,
  ): ReadonlySet<string> {
    const key = `${kind}|${role?.role ?? ''}|${permission}|${resourceType}`
    const cached = admissions.get(key)
    if (cached) return cached
    const uid = { type: kind === 'person' ? 'Person' : 'Machine', id: 'anyone' }
    const permissionDeclared = declared.get(permission)
    const entities = [
      { uid, attrs: { tenants: [] }, parents: role ? roleAndAbove(role) : [] },
      ...(permissionDeclared ? [actionEntity(permissionDeclared)] : []),
    ]
    const admitted = new Set(
      [parsed.permits, parsed.forbids].flatMap((set) => {
        const answer = cedar.statefulIsAuthorized({
          principal: uid,
          action: { type: 'Action', id: permission },
          resource: { type: resourceType, id: 'any' },
          context: {},
          preparsedPolicySetId: set,
          validateRequest: false,
          entities,
        })
        if (answer.type === 'failure') throw new Error(answer.errors.map((error) => error.message).join('; '))
        return answer.response.diagnostics.reason
      }),
    )
    // Of each declared role and permission there is one: no more than that is ever kept.
    admissions.set(key, admitted)
    return admitted
  }

  /**
   * The name of these policies among what the engine has parsed. The others say nothing here, whatever their conditions:
   * their scopes do not fit.
   */
  function setOf(found: readonly Policy[]): string {
    const ids = found.map(({ id }) => id).join(' ')
    const before = sets.get(ids)
    if (before !== undefined) return before
    // The engine never forgets what it has parsed.
    if (sets.size >= PARSED_SETS_MAX) return parsed.all
    const name = `${rules}.${sets.size}`
    preparse(name, found, ({ text }) => text)
    sets.set(ids, name)
    return name
  }

  function mustBeDeclared(permission: string): void {
    if (!declared.has(permission)) throw new Error(`"${permission}" is not a declared permission`)
  }

  return {
    mayEver(principal, permission) {
      mustBeDeclared(permission)
      return RESOURCE_TYPES.some((type) => {
        const found = matching(principal.kind, principal.roles, permission, type)
        return (
          found.some((policy) => !isForbid(policy)) &&
          !found.some((policy) => isForbid(policy) && !isConditional(policy))
        )
      })
    },
    decide(principal, permission, resource) {
      mustBeDeclared(permission)
      const found = matching(principal.kind, principal.roles, permission, resource.type)
      if (!found.some(isConditional)) {
        const forbids = found.filter(isForbid)
        const permits = found.filter((policy) => !isForbid(policy))
        return {
          allowed: forbids.length === 0 && permits.length > 0,
          policies: (forbids.length > 0 ? forbids : permits).map((policy) => policy.id),
        }
      }
      const classKey = namesIndividuals ? undefined : classOf(principal, permission, resource)
      const before = classKey === undefined ? undefined : decisions.get(classKey)
      if (before) return before
      const uid = { type: principal.kind === 'person' ? 'Person' : 'Machine', id: principal.id }
      const held = rolesHeld(principal.roles)
      const permissionDeclared = declared.get(permission)
      const answer = cedar.statefulIsAuthorized({
        principal: uid,
        action: { type: 'Action', id: permission },
        resource: { type: resource.type, id: resource.id },
        context: {},
        preparsedPolicySetId: setOf(found),
        validateRequest: false,
        entities: [
          ...(permissionDeclared ? [actionEntity(permissionDeclared)] : []),
          {
            uid,
            attrs: { tenants: [...(principal.tenants ?? [])] },
            parents: held.flatMap(roleAndAbove),
          },
          resourceEntity(resource),
        ],
      })
      if (answer.type === 'failure') throw new Error(answer.errors.map((error) => error.message).join('; '))
      // A policy that fails to evaluate is skipped by Cedar; for a forbid that would open the door.
      const { decision, diagnostics } = answer.response
      if (diagnostics.errors.length > 0) {
        throw new Error(
          diagnostics.errors.map((error) => `${error.policyId}: ${error.error.message}`).join('; '),
        )
      }
      const decided = { allowed: decision === 'allow', policies: diagnostics.reason }
      if (classKey !== undefined) {
        if (decisions.size >= CACHED_DECISIONS) decisions.clear()
        decisions.set(classKey, decided)
      }
      return decided
    },
    rolesFor(permission) {
      return roles
        .map(({ role }) => role)
        .filter((role) => this.mayEver({ kind: 'person', roles: [role] }, permission))
    },
    permissions: () => [...declared.keys()],
    isFinancial: (permission) => financial.has(permission),
    isGuarded: (permission) => guarded.has(permission),
    standsOn: (side, roleSet) => roleSet.some((role) => known.get(role)?.side === side),
    breakGlassRoles: (console) =>
      [...known.values()]
        .filter(({ role, breaksGlass }) => breaksGlass && role.startsWith(`${console}/`))
        .map(({ role }) => role),
    version,
  }
}

/**
 * Everything of a record that a policy can look at, so that one decision serves the whole class; undefined for a
 * request, whose policies compare people.
 */
function classOf(
  principal: AccessPrincipal,
  permission: string,
  resource: AccessResource,
): string | undefined {
  if (resource.type !== 'Record') return undefined
  const { kind, roles, tenants = [] } = principal
  return JSON.stringify([
    kind,
    [...roles].sort(),
    [...tenants].sort(),
    permission,
    resource.kind,
    resource.tenant ?? null,
  ])
}

function actionEntity(permission: PermissionDeclaration): cedar.EntityJson {
  return {
    uid: { type: 'Action', id: permission.name },
    attrs: {},
    parents: permissionGroups(permission).map((id) => ({ type: 'Action', id })),
  }
}

/** A role and what it is in: given outright, the engine need not be told of each role as an entity of its own. */
function roleAndAbove({ role, side }: RoleDeclaration): { type: string; id: string }[] {
  return [
    { type: 'Role', id: role },
    { type: 'Console', id: role.slice(0, role.indexOf('/')) },
    ...(side ? [{ type: 'Side', id: side }] : []),
  ]
}

function resourceEntity(resource: AccessResource): cedar.EntityJson {
  if (resource.type === 'Record') {
    const { kind, tenant } = resource
    return {
      uid: { type: 'Record', id: resource.id },
      attrs: tenant === undefined ? { kind } : { kind, tenant },
      parents: [],
    }
  }
  return {
    uid: { type: 'ActionRequest', id: resource.id },
    attrs: { requested_by: { __entity: { type: 'Person', id: resource.requestedBy } } },
    parents: [],
  }
}
