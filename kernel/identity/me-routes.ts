import { ok } from '../actions/failure.ts'
import { type Route, route } from '../http/route.ts'
import type { Kernel } from '../kernel.ts'

/** C-01: who I am, as what, and where I may go. */
export function meRoutes(kernel: Kernel): Route[] {
  return [
    route({
      method: 'GET',
      url: '/v1/me',
      summary: 'The person signed in',
      access: 'signed-in',
      answer: 'Me',
      handle: async ({ principal }) =>
        ok({
          body: {
            person: { id: principal.id, name: principal.name, kind: principal.kind },
            roles: principal.roles,
            consoles: kernel.consoles
              .filter(({ name }) => name !== 'kernel' && kernel.access.mayEver(principal, `${name}:read`))
              .map(({ name, title }) => ({ name, title })),
            permissions: kernel.access
              .permissions()
              .filter((permission) => kernel.access.mayEver(principal, permission)),
            session: {
              kind: principal.credential.kind,
              ...(principal.credential.sessionId === undefined ? {} : { id: principal.credential.sessionId }),
              expires_at: principal.credential.expiresAt.toISOString(),
              authenticated_at: principal.credential.authenticatedAt?.toISOString() ?? null,
            },
            language: principal.language,
          },
        }),
    }),
  ]
}
