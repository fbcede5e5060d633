import type { RequestEdited } from '@countersign/sdk/client.ts'
import type { ActionDeclaration, Preview } from '@countersign/sdk/wire/actions.ts'
import type { PendingRequest } from '@countersign/sdk/wire/approvals.ts'
import type { ActionRequest } from '@countersign/sdk/wire/requests.ts'
import { AskingDialog, AskingProblem } from '../action-sheet/asking-dialog.tsx'
import { ReasonFields } from '../action-sheet/reason-fields.tsx'
import { schemaDefaults, schemaFields } from '../action-sheet/schema-fields.ts'
import { SchemaForm } from '../action-sheet/schema-form.tsx'
import { reasonOf } from '../action-sheet/sheet-state.ts'
import { useAsking } from '../action-sheet/use-asking.ts'
import { useClient } from '../client-context.tsx'
import { useText } from '../messages.ts'
import { plainInput } from './plain-input.ts'
import styles from './request-detail.module.css'
import { PreviewText } from './request-facts.tsx'

/** Whether the generated form can show all of what was asked; what it cannot is cancelled and asked for anew. */
export function isEditable(request: PendingRequest, action: ActionDeclaration | undefined): boolean {
  if (action === undefined || request.state !== 'pending' || request.bulk !== undefined) return false
  return schemaFields(action.input_schema).every(({ control }) => control !== 'many')
}

/** A pending request in other words, by whoever asked for it: decided afresh, and asked of everybody anew. */
export function EditRequestSheet({
  request,
  action,
  onClose,
  onDone,
}: {
  request: PendingRequest
  action: ActionDeclaration
  onClose: () => void
  onDone: (request: ActionRequest) => void
}) {
  const t = useText()
  const client = useClient()
  const { kind, id } = request.target
  const asking = useAsking<Preview, RequestEdited, ActionRequest>({
    action,
    sheet: { place: `request:${request.id}`, type: 'edit' },
    start: () => ({
      input: { ...schemaDefaults(action.input_schema), ...plainInput(request.input) },
      reason: request.reason?.code ?? '',
      note: request.reason?.note ?? '',
      how: 'approval',
    }),
    of: ['edit', request.id, request.revision],
    read: (input, reason, signal) => {
      const body = { target: { kind, id }, input, revises: request.id }
      return client.previewAction(action.type, reason === undefined ? body : { ...body, reason }, signal)
    },
    bodyOf: ({ preview_digest }, form, input) => ({ input, reason: reasonOf(form), preview_digest }),
    send: (body, key) => client.editRequest(request.id, body, key),
    accepted: onDone,
  })
  const { form, preview, errors, change } = asking
  return (
    <AskingDialog
      action={action}
      title={t('request.edit.title', { title: request.title })}
      state={asking.state}
      onClose={onClose}
      confirm={{
        label: t('request.edit.confirm'),
        asks: true,
        disabledReason: asking.disabledReason,
        said: asking.said,
        run: asking.confirm,
      }}
    >
      <p className={styles.lead}>{t('request.edit.lead')}</p>
      {asking.restored ? <p className={styles.lead}>{t('sheet.restored')}</p> : null}
      <div role="group" className={styles.form} onBlur={asking.left}>
        <SchemaForm
          schema={action.input_schema}
          input={form.input}
          errors={errors}
          onChange={(input) => change({ input })}
        />
        <ReasonFields
          reasons={action.reasons}
          form={form}
          errors={errors}
          onChange={change}
          onUnchosen={asking.unchosen}
        />
      </div>
      <AskingProblem state={asking.state} refusal={asking.refusal} onLeave={() => asking.leave()} />
      {preview.data ? (
        <section aria-label={t('sheet.whatItDoes')}>
          <PreviewText preview={preview.data} />
        </section>
      ) : null}
    </AskingDialog>
  )
}
