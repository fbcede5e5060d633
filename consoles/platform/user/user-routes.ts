import { fail, ok } from '@countersign/kernel/actions/failure.ts'
import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { notFound } from '@countersign/kernel/entities/not-found.ts'
import { type Route, route } from '@countersign/kernel/http/route.ts'
import type { Kernel } from '@countersign/kernel/kernel.ts'
import { z } from 'zod'
import { loadUser, userOnDoor } from './user.ts'

/** Sessions of one person that are listed, newest first. */
const SESSIONS_MAX = 200
const params = z.object({ id: entityId })

/** P-07: one of those who run the platform, and where they are signed in. What changes any of it are actions of the kernel. */
export function userRoutes({ pool }: Pick<Kernel, 'pool'>): Route[] {
  return [
    route({
      method: 'GET',
      url: '/api/ops/users/:id',
      summary: 'One of those who run the platform',
      access: { permission: 'access:read' },
      params,
      async handle({ params: { id } }) {
        const user = await loadUser(pool, id)
        return user
          ? ok({ body: { success: true, data: userOnDoor(user) } })
          : fail(notFound({ kind: 'user', id }))
      },
    }),
    route({
      method: 'GET',
      url: '/api/ops/users/:id/sessions',
      summary: 'Where somebody is signed in now, newest first',
      access: { permission: 'access:read' },
      params,
      async handle({ params: { id } }) {
        if (!(await loadUser(pool, id))) return fail(notFound({ kind: 'user', id }))
        const { rows } = await pool.query({
          name: 'platform-user-sessions',
          text: `SELECT session_id AS id, kernel.rfc3339(created_at) AS created_at,
                        kernel.rfc3339(authenticated_at) AS authenticated_at,
                        kernel.rfc3339(last_seen_at) AS last_seen_at, kernel.rfc3339(expires_at) AS expires_at
                   FROM kernel.live_sessions($1) LIMIT $2`,
          values: [id, SESSIONS_MAX],
        })
        return ok({ body: { success: true, sessions: rows } })
      },
    }),
  ]
}
