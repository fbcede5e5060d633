import { ok } from '@countersign/kernel/actions/failure.ts'
import { type Route, route } from '@countersign/kernel/http/route.ts'
import type { Kernel } from '@countersign/kernel/kernel.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import type { Upstreams } from '../upstreams.ts'
import { needsAttention } from './needs-attention.ts'

/** P-10 at the seed's door. */
export function dashboardRoute(kernel: Kernel, upstreams: Upstreams): Route {
  return route({
    method: 'GET',
    url: '/api/ops/dashboard',
    summary:
      'What needs attention now: gateways, approvals, security events, suspended merchants, limits that were hit, and what was changed last',
    access: { permission: 'platform:read' },
    query: z.strictObject({}),
    async handle({ principal }) {
      return ok({
        body: {
          success: true,
          data: await needsAttention(kernel, upstreams, principal),
          note: say`What needs attention now, each figure as its system of record has it. Nothing here moves money.`,
        },
      })
    },
  })
}
