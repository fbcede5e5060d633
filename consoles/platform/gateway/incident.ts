import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { instant } from '@countersign/kernel/time/instant.ts'
import { z } from 'zod'

/** What has befallen a gateway, and how far that has come. What people write of it from hour to hour stays where they write it. */
export const incidentSchema = z.object({
  id: entityId,
  version: z.int32().min(0),
  gateway_id: entityId,
  severity: z.enum(['minor', 'major', 'critical']),
  title: z.string(),
  state: z.enum(['investigating', 'identified', 'monitoring', 'resolved']),
  opened_at: instant,
  resolved_at: instant.optional(),
})
export type Incident = z.output<typeof incidentSchema>
