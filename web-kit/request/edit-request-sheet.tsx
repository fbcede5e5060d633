import type { RequestEdited } from '@countersign/sdk/client.ts'
import type { ActionDeclaration } from '@countersign/sdk/wire/actions.ts'
import type { PendingRequest } from '@countersign/sdk/wire/approvals.ts'
import type { ActionRequest } from '@countersign/sdk/wire/requests.ts'
import { useState } from 'react'
import { AskingDialog, AskingProblem } from '../action-sheet/asking-dialog.tsx'
import { ReasonFields } from '../action-sheet/reason-fields.tsx'
import { schemaDefaults, schemaFields, sentInput } from '../action-sheet/schema-fields.ts'
import { SchemaForm } from '../action-sheet/schema-form.tsx'
import {
  isInputWanting,
  isStalePreview,
  missingIn,
  reasonOf,
  refusedFields,
  type SheetForm,
} from '../action-sheet/sheet-state.ts'
import { useDraft } from '../action-sheet/use-draft.ts'
import { usePreview } from '../action-sheet/use-preview.ts'
import { useClient } from '../client-context.tsx'
import { useText } from '../messages.ts'
import { describeProblem } from '../problem-notice.tsx'
import { useIntent } from '../use-intent.ts'
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
  const draft = useDraft<SheetForm>({ place: `request:${request.id}`, type: 'edit' }, () => ({
    input: { ...schemaDefaults(action.input_schema), ...plainInput(request.input) },
    reason: request.reason?.code ?? '',
    note: request.reason?.note ?? '',
    how: 'approval',
  }))
  const { form } = draft
  const [asked, setAsked] = useState(false)
  const [unchosen, setUnchosen] = useState<string | null>(null)
  const missing = {
    ...missingIn(action, action.reasons, form, t('form.required')),
    ...(unchosen === null ? {} : { reason: t('sheet.reason.unchosen', { text: unchosen.trim() }) }),
  }
  const reasonGiven = !('reason' in missing) && !('note' in missing)
  const inputMissing = isInputWanting(missing)
  const { query: preview, shown } = usePreview({
    of: ['edit', request.id, request.revision, reasonGiven ? form.reason : null],
    typed: form.input,
    wanting: inputMissing,
    read: (input, signal) => {
      const { kind, id } = request.target
      const body = { target: { kind, id }, input, revises: request.id }
      return client.previewAction(
        action.type,
        reasonGiven ? { ...body, reason: reasonOf(form) } : body,
        signal,
      )
    },
  })
  const intent = useIntent<RequestEdited, ActionRequest>(
    async (body, key) => {
      try {
        return await client.editRequest(request.id, body, key)
      } catch (error) {
        // What is on the screen has to be what would happen now.
        if (isStalePreview(error)) void preview.refetch()
        throw error
      }
    },
    (answer) => {
      draft.drop()
      onDone(answer)
    },
  )
  const { state } = intent
  const failure = state.phase === 'refused' || state.phase === 'undecided' ? state.error : null
  const errors = { ...(asked ? missing : {}), ...refusedFields(preview.error), ...refusedFields(failure) }
  const change = (next: Partial<SheetForm>) => {
    draft.change({ ...form, ...next })
    if (state.phase === 'refused') intent.restart()
  }
  const confirm = () => {
    setAsked(true)
    if (state.phase === 'undecided') intent.send(state.body)
    else if (Object.keys(missing).length === 0 && shown !== undefined) {
      const { preview_digest } = shown
      intent.send({ input: sentInput(form.input), reason: reasonOf(form), preview_digest })
    }
  }
  return (
    <AskingDialog
      action={action}
      title={t('request.edit.title', { title: request.title })}
      state={state}
      onClose={onClose}
      confirm={{
        label: t('request.edit.confirm'),
        asks: true,
        disabledReason:
          shown !== undefined || inputMissing
            ? undefined
            : preview.isError
              ? describeProblem(preview.error, t).detail
              : t('sheet.previewLoading'),
        run: confirm,
      }}
    >
      <p className={styles.lead}>{t('request.edit.lead')}</p>
      {draft.restored ? <p className={styles.lead}>{t('sheet.restored')}</p> : null}
      <div className={styles.form}>
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
          onUnchosen={setUnchosen}
        />
      </div>
      <AskingProblem state={state} onLeave={() => draft.leave()} />
      {preview.data ? (
        <section aria-label={t('sheet.whatItDoes')}>
          <PreviewText preview={preview.data} />
        </section>
      ) : null}
    </AskingDialog>
  )
}
