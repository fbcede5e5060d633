import type { RecordView } from '@countersign/web-kit/console-web.ts'

/** Every merchant together: what is done to none of them. */
export const merchantRegisterView: RecordView = {
  name: 'platform.merchants',
  headedBy: 'title',
  ofAll: true,
  states: { open: { label: 'platform.register.open', tone: 'neutral' } },
}
