import type { ActionForm } from '@countersign/web-kit/console-web.ts'
import { part } from '@countersign/web-kit/record/fields.ts'

/** It begins with the threshold that is proposed, where there is one. */
export const tuneRuleForm: ActionForm = {
  prefill: (entity) => {
    const { threshold } = part(entity.data, 'proposed')
    return typeof threshold === 'number' ? { input: { threshold }, reason: 'frequent_overrides' } : {}
  },
}
