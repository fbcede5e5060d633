import { OTHER, type ReasonCode } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'

/** Why authorisations go by another gateway for a time. */
export const overrideReasons: readonly ReasonCode[] = [
  { code: 'gateway_failing', title: say`Authorisations fail there` },
  { code: 'gateway_slow', title: say`Its answers are slow` },
  { code: 'maintenance_announced', title: say`Maintenance has been announced` },
  { code: 'gateway_trial', title: say`The other gateway is tried`, noteRequired: true },
  OTHER,
]

/** Why they go as they went again. */
export const endOverrideReasons: readonly ReasonCode[] = [
  { code: 'gateway_recovered', title: say`The gateway is well again` },
  { code: 'other_failing', title: say`The other gateway does not fare better` },
  { code: 'override_mistaken', title: say`It should not have been overridden` },
  OTHER,
]
