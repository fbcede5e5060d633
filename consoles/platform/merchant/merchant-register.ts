import { defineEntity, type EntityType } from '@countersign/kernel/entities/define-entity.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import type { Upstreams } from '../upstreams.ts'

/** The one record of that kind: every merchant of the platform, for what is done to none of them. */
export const MERCHANT_REGISTER = { kind: 'merchant_register', id: 'platform' } as const

export const merchantRegister: EntityType<Record<never, never>, Upstreams> = {
  kind: MERCHANT_REGISTER.kind,
  console: 'platform',
  read: async (id) =>
    id === MERCHANT_REGISTER.id ? { status: 'found', version: '1', state: {} } : { status: 'missing' },
  present: () => ({ title: say`Merchants`, state: 'open', data: {} }),
}

export const merchantRegisterEntity = defineEntity(merchantRegister)
