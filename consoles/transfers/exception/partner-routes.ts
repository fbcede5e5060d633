import { fail, ok } from '@countersign/kernel/actions/failure.ts'
import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { notFound } from '@countersign/kernel/entities/not-found.ts'
import { unreadable } from '@countersign/kernel/entities/visible-entity.ts'
import { type Route, route } from '@countersign/kernel/http/route.ts'
import { say, written } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import type { Recon } from '../recon/recon-port.ts'
import { shownPartner } from './partner.ts'

const TYPED_CHARACTERS_MAX = 128
const READ_TIMEOUT_MS = 4_000

/** Where no candidate fits, somebody who knows an id, an amount or the beginning of a reference finds the partner by it. */
export function partnerRoutes(recon: Pick<Recon, 'findPartners'>): Route[] {
  return [
    route({
      method: 'GET',
      url: '/v1/exceptions/:id/partners',
      summary:
        'What an exception may be assigned to: open, of its currency and direction, by id, amount or beginning of a reference; nearest in date first, at most 20',
      access: { permission: 'transfers:read' },
      params: z.object({ id: entityId }),
      query: z.strictObject({
        q: z
          .string()
          .min(1, written(say`must hold what is looked for`))
          .max(TYPED_CHARACTERS_MAX, written(say`at most ${TYPED_CHARACTERS_MAX} characters`)),
      }),
      async handle({ params, query }) {
        const found = await recon.findPartners(params.id, query.q, AbortSignal.timeout(READ_TIMEOUT_MS))
        switch (found.status) {
          case 'found':
            return ok({ body: { partners: found.state.map(shownPartner) } })
          case 'missing':
            return fail(notFound({ kind: 'exception', id: params.id }))
          case 'unreadable':
            return fail(unreadable(found))
          default:
            return found satisfies never
        }
      },
    }),
  ]
}
