import type { ActionForm } from '@countersign/web-kit/console-web.ts'
import { part, text } from '@countersign/web-kit/record/fields.ts'

/**
 * A return is booked with the bank's own reason, so that is what the form starts from; sent back, the operator
 * chooses one (T-03).
 */
export const returnTransferForm: ActionForm = {
  prefill: (entity) => {
    const received = part(entity.data, 'return')
    const code = text(received, 'code')
    return code === null ? {} : { reason: code }
  },
}
