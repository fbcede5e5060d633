import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { instant } from '@countersign/kernel/time/instant.ts'
import { z } from 'zod'

/** What came to the edge in a time, and what of it was refused: by route, most refused first. */
export const edgeRefusalsSchema = z.object({
  from: instant,
  to: instant,
  requests: z.int().min(0),
  refused: z.int().min(0),
  routes: z.array(
    z.object({
      /** Absent: of the operators of a console. */
      merchant_id: entityId.optional(),
      route: z.string(),
      requests: z.int().min(0),
      refused: z.int().min(0),
    }),
  ),
})
export type EdgeRefusals = z.output<typeof edgeRefusalsSchema>
