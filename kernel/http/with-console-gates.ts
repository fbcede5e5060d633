import type { FastifyRequest } from 'fastify'
import { lentRoles } from '../access/lent-roles.ts'
import { fail, ok } from '../actions/failure.ts'
import { recordDenial } from '../actions/record-denial.ts'
import type { Authenticate } from '../identity/authenticate.ts'
import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { pause } from '../time/pause.ts'
import type { Share } from './admission.ts'
import type { ConsoleGate, GateAsked } from './console-gate.ts'
import { originOf } from './request-origin.ts'

/** How soon a change of a limit or a list is heard of. */
const READ_EVERY_MS = 1_000
/** Longest path that an entry of the log repeats. */
const PATH_MAX_CHARACTERS = 256

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Of the parameters of its path: what it is when not everybody can be served. */
    share?: (params: Readonly<Record<string, string>>) => Share
  }
}

/** The gates of the consoles that have one, by the console's name. */
export type ConsoleGates = ReadonlyMap<string, ConsoleGate>

/**
 * Who holds a role of a console passes its gate, at whatever path. Whom such a role is lent to is not kept from their own console by it:
 * refused, they come as if it had not been lent. What stops harm and the word on a request pass none: no limit and no
 * list keeps anybody from a freeze.
 */
export function withConsoleGates(
  authenticate: Authenticate,
  kernel: Kernel,
  gates: ConsoleGates,
): Authenticate {
  if (gates.size === 0) return authenticate
  const lent = lentRoles(kernel)
  return async (request) => {
    const identity = await authenticate(request)
    if (!identity.ok || isContainment(request)) return identity
    const asked = askedBy(request, identity.value.id)
    let principal = identity.value
    for (const [console, gate] of gates) {
      if (!entersBy(console, principal)) continue
      const refused = gate.admits(asked)
      if (!refused) continue
      const otherwise = withoutLent(console, principal, lent)
      if (!entersBy(console, otherwise)) {
        principal = otherwise
        continue
      }
      if (refused.kind === 'forbidden') {
        await recordDenial(kernel, identity.value, originOf(request), {
          action: `${console}:enter`,
          movesMoney: false,
          code: refused.code,
          resource: asked.path.slice(0, PATH_MAX_CHARACTERS),
        })
      }
      return fail(refused)
    }
    return principal === identity.value ? identity : ok(principal)
  }
}

/** As whom somebody goes on whose request the gates let in, and which has not ended; undefined where they would not have them any more. */
export function goesOnAs(
  gates: ConsoleGates,
  kernel: Pick<Kernel, 'consoles'>,
  request: FastifyRequest,
  principal: Principal,
): Principal | undefined {
  const asked = askedBy(request, principal.id)
  const shut = [...gates].flatMap(([console, gate]) => (gate.letsGoOn(asked) ? [] : [console]))
  const lent = lentRoles(kernel)
  const still = shut.reduce((who, console) => withoutLent(console, who, lent), principal)
  return shut.some((console) => entersBy(console, still)) ? undefined : still
}

/** Reads the rules of each gate again and again until the signal fires; while they cannot be read, the last known hold. */
export async function followConsoleGates(
  gates: ConsoleGates,
  signal: AbortSignal,
  report: (what: { level: 'warn'; message: string; error?: unknown }) => void,
): Promise<void> {
  while (gates.size > 0 && !signal.aborted) {
    await pause(READ_EVERY_MS, signal)
    if (signal.aborted) return
    try {
      await Promise.all([...gates.values()].map((gate) => gate.read()))
    } catch (error) {
      const message = 'the limits and lists of a console could not be read; the last known hold'
      report({ level: 'warn', message, error })
    }
  }
}

function entersBy(console: string, { roles }: Principal): boolean {
  return roles.some((role) => role.startsWith(`${console}/`))
}

function withoutLent(console: string, principal: Principal, lent: ReadonlySet<string>): Principal {
  const roles = principal.roles.filter((role) => !(role.startsWith(`${console}/`) && lent.has(role)))
  return roles.length === principal.roles.length ? principal : { ...principal, roles }
}

function isContainment({ routeOptions, params }: FastifyRequest): boolean {
  return routeOptions.config.share?.((params ?? {}) as Record<string, string>) === 'containment'
}

function askedBy({ ip, method, routeOptions, url }: FastifyRequest, principal: string): GateAsked {
  return { principal, ip, method, route: routeOptions.url, path: url.split('?')[0] ?? url }
}
