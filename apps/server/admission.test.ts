import { SHARES } from '@countersign/kernel/http/admission.ts'
import { expect, test } from 'vitest'
import { declarations } from './declarations.ts'

test('O-15 what stops harm, calls somebody to it or gets the log going again is marked as that, and nothing else is', () => {
  const contains = declarations.flatMap(({ actions }) => actions).filter(({ containment }) => containment)
  expect(contains.map(({ name }) => name).toSorted()).toEqual([
    'kernel.acknowledge_alert',
    'kernel.disable_account',
    'kernel.end_session',
    'kernel.escalate_alert',
    'kernel.pause_upstream',
    'kernel.recover_audit_log',
    'kernel.revoke_role',
    'platform.end_gateway_override',
    'platform.suspend_merchant',
    'transfers.freeze_entity',
  ])
})

test('O-15 under overload reads give way before changes, and containment last', () => {
  const { read, change, containment } = SHARES
  expect(read.underWayMax).toBeLessThan(change.underWayMax)
  expect(change.underWayMax).toBeLessThan(containment.underWayMax)
  expect(read.memoryMax).toBeLessThan(change.memoryMax)
  expect(change.memoryMax).toBeLessThan(containment.memoryMax)
})
