import type { FastifyRequest } from 'fastify'
import type { Failure } from '../actions/failure.ts'
import { recordDenial } from '../actions/record-denial.ts'
import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { originOf } from './request-origin.ts'

/** Longest path that an entry of the log repeats. */
const PATH_MAX_CHARACTERS = 256

/**
 * Where no route is met: whether one of the consoles of this person, or one that is closed to everybody else, has nothing
 * there on purpose. The attempt is recorded.
 *
 * @returns undefined where there simply is nothing
 */
export async function refusedAtClosedPath(
  kernel: Kernel,
  principal: Principal,
  request: FastifyRequest,
): Promise<Failure | undefined> {
  const isTheirs = (name: string) => principal.roles.some((role) => role.startsWith(`${name}/`))
  const paths = kernel.consoles.flatMap((console) => {
    const path = console.closed?.(request.method, request.url)
    if (!path) return []
    const closedToThem =
      path.unless === undefined ? isTheirs(console.name) : !kernel.access.mayEver(principal, path.unless)
    return closedToThem ? [path] : []
  })
  // One attempt is one entry: where two consoles close a path, it is what weighs more.
  const closed = paths.find(({ unless }) => unless !== undefined) ?? paths[0]
  if (!closed) return undefined
  await recordDenial(kernel, principal, originOf(request), {
    action: closed.name,
    movesMoney: closed.movesMoney,
    code: closed.code,
    breach: closed.unless !== undefined,
    resource: (request.url.split('?')[0] ?? '').slice(0, PATH_MAX_CHARACTERS),
  })
  return { kind: 'forbidden', code: closed.code, message: closed.message, extra: { note: closed.note } }
}
