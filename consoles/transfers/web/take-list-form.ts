import type { ActionForm } from '@countersign/web-kit/console-web.ts'
import { parts, text } from '@countersign/web-kit/record/fields.ts'

/** As a rule what came last is what is wanted. */
export const takeListForm: ActionForm = {
  prefill: (entity) => {
    const newest = parts(entity.data, 'offered').find(({ complete }) => complete === true)
    const version = newest && text(newest, 'version')
    return version ? { input: { version } } : {}
  },
}
