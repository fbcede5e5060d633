import { fail, ok, type Result } from '@countersign/kernel/actions/failure.ts'
import type { Reading } from '@countersign/kernel/entities/define-entity.ts'
import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { notFound } from '@countersign/kernel/entities/not-found.ts'
import { unreadable } from '@countersign/kernel/entities/visible-entity.ts'
import { type Reply, type Route, route } from '@countersign/kernel/http/route.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import type { Merchants } from '../merchants/merchants-port.ts'
import type { Merchant } from './merchant.ts'
import { merchantOnDoor } from './merchant-on-door.ts'

const READ_TIMEOUT_MS = 4_000
const params = z.object({ id: entityId })

/** P-02: one merchant, and how it is set up, at the doors of their contract. */
export function merchantRoutes(merchants: Pick<Merchants, 'merchant'>): Route[] {
  const answered = async (
    id: string,
    found: (merchant: Merchant) => NonNullable<Reply['body']>,
  ): Promise<Result<Reply>> => {
    const reading: Reading<Merchant> = await merchants.merchant(id, AbortSignal.timeout(READ_TIMEOUT_MS))
    switch (reading.status) {
      case 'found':
        return ok({ body: found(reading.state) })
      case 'missing':
        return fail(notFound({ kind: 'merchant', id }))
      case 'unreadable':
        return fail(unreadable(reading))
      default:
        return reading satisfies never
    }
  }
  return [
    route({
      method: 'GET',
      url: '/api/ops/merchants/:id',
      summary: 'One merchant as it is now',
      access: { permission: 'platform:read' },
      params,
      handle: ({ params: { id } }) =>
        answered(id, (merchant) => ({ success: true, data: merchantOnDoor(merchant) })),
    }),
    route({
      method: 'GET',
      url: '/api/ops/merchants/:id/config',
      summary: 'How a merchant is set up, as far as operations go',
      access: { permission: 'platform:read' },
      params,
      handle: ({ params: { id } }) =>
        answered(id, ({ config, version }) => ({
          success: true,
          data: { ...config, webhook_url: config.webhook_url ?? null, version },
          // P-11: when and how it is settled is finance's, and is not even read here.
          note: say`Financial configurations are not accessible via Ops Console`,
        })),
    }),
  ]
}
