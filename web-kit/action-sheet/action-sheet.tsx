import type { SubmitAction } from '@countersign/sdk/client.ts'
import type { ActionDeclaration, Preview, ReasonCode } from '@countersign/sdk/wire/actions.ts'
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import type { ActionRequest, Undone } from '@countersign/sdk/wire/requests.ts'
import { type RadioChoice, RadioGroup } from '@countersign/ui/radio-group.tsx'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useClient } from '../client-context.tsx'
import type { ActionForm } from '../console-web.ts'
import { formatDuration } from '../duration.ts'
import { useMe } from '../me-context.tsx'
import { type Translate, useLanguage, useText } from '../messages.ts'
import { MoneyText } from '../money-text.tsx'
import { paths } from '../paths.ts'
import { describeProblem } from '../problem-notice.tsx'
import { useIntent } from '../use-intent.ts'
import styles from './action-sheet.module.css'
import { AskedDialog, AskingDialog, AskingProblem } from './asking-dialog.tsx'
import { Outcome } from './outcome.tsx'
import { PreviewPanel, type PreviewState } from './preview-panel.tsx'
import { ReasonFields } from './reason-fields.tsx'
import { ScheduleField } from './schedule-field.tsx'
import { schemaDefaults } from './schema-fields.ts'
import { SchemaForm } from './schema-form.tsx'
import {
  type FieldErrors,
  isInputWanting,
  isStalePreview,
  missingIn,
  reasonOf,
  refusedFields,
  type SheetForm,
} from './sheet-state.ts'
import { useDraft } from './use-draft.ts'
import { usePreview } from './use-preview.ts'

/**
 * The sheet in which an action is asked for: form, reason, what it does as the server reckons it now, who must agree,
 * and then what became of it. What is confirmed is the very preview that is on the screen, by its digest.
 */
export function ActionSheet({
  action,
  inverse,
  entity,
  form: bespoke,
  undoes,
  begins,
  onClose,
}: {
  action: ActionDeclaration
  inverse?: ActionDeclaration | undefined
  entity: Entity
  form?: ActionForm | undefined
  /** What this takes back: its form begins so, and the two are linked. */
  undoes?: Undone | undefined
  /** What its form begins with, where it was asked for before. */
  begins?: Pick<SheetForm, 'input' | 'reason' | 'note'>
  onClose: () => void
}) {
  const t = useText()
  const language = useLanguage()
  const client = useClient()
  const queries = useQueryClient()
  const me = useMe()
  const draft = useDraft({ place: `${entity.kind}:${entity.id}`, type: action.type }, () =>
    startOf(action, bespoke, entity, me.person.id, undoes, begins),
  )
  const { form } = draft
  const [asked, setAsked] = useState(false)
  const [outcome, setOutcome] = useState<ActionRequest | null>(null)
  const [reasons, setReasons] = useState(action.reasons)
  const [unchosen, setUnchosen] = useState<string | null>(null)
  const missing: FieldErrors = {
    ...missingIn(action, reasons, form, t('form.required')),
    ...(form.how !== 'approval' && form.note.trim() === '' ? { note: t('sheet.how.noteRequired') } : {}),
    ...(form.at === '' ? { scheduled_for: t('form.required') } : {}),
    ...(unchosen === null ? {} : { reason: t('sheet.reason.unchosen', { text: unchosen.trim() }) }),
  }
  const inputMissing = isInputWanting(missing)
  const reasonGiven = !('reason' in missing) && !('note' in missing) && reasons.length > 0
  const {
    query: preview,
    shown,
    input,
  } = usePreview({
    // The note says nothing to the reckoning; whether a needed one is there does.
    of: [action.type, entity.kind, entity.id, entity.version, reasonGiven ? form.reason : null],
    typed: form.input,
    wanting: inputMissing || outcome !== null,
    read: async (input, signal) => {
      const target = { kind: entity.kind, id: entity.id }
      const body = reasonGiven ? { target, input, reason: reasonOf(form) } : { target, input }
      const preview = await client.previewAction(action.type, body, signal)
      setReasons(reasonsOf(action, preview))
      return preview
    },
  })
  const intent = useIntent<SubmitAction, ActionRequest>(
    async (body, key) => {
      try {
        return await client.submitAction(body, key)
      } catch (error) {
        // What is on the screen has to be what would happen now.
        if (isStalePreview(error)) void preview.refetch()
        throw error
      }
    },
    (answer) => {
      setOutcome(answer)
      draft.drop()
      bespoke?.asked?.(entity, me.person.id)
      void queries.invalidateQueries({ queryKey: ['entity', entity.kind, entity.id] })
      void queries.invalidateQueries({ queryKey: ['approvals'] })
      void queries.invalidateQueries({ queryKey: ['requests'] })
    },
  )
  const failure =
    intent.state.phase === 'refused' || intent.state.phase === 'undecided' ? intent.state.error : null
  const errors = { ...(asked ? missing : {}), ...refusedFields(preview.error), ...refusedFields(failure) }
  const ways = waysOf(preview.data, t, language)

  function change(next: Partial<SheetForm>) {
    draft.change({ ...form, ...next })
    if (intent.state.phase === 'refused') intent.restart()
  }

  function confirm() {
    setAsked(true)
    if (intent.state.phase === 'undecided') return intent.send(intent.state.body)
    if (Object.keys(missing).length > 0 || shown === undefined) return
    const scheduledFor = form.how === 'approval' ? form.at : undefined
    intent.send({
      type: action.type,
      target: { kind: entity.kind, id: entity.id },
      input,
      reason: reasonOf(form),
      ...(shown.target_version === undefined ? {} : { expected_version: shown.target_version }),
      preview_digest: shown.preview_digest,
      ...(form.how === 'emergency' ? { emergency: true as const } : {}),
      ...(form.how === 'break_glass' ? { break_glass: true as const } : {}),
      ...(undoes === undefined ? {} : { undoes: undoes.id }),
      ...(scheduledFor === undefined ? {} : { scheduled_for: scheduledFor }),
    })
  }

  const subject = (
    <p className={styles.subject}>
      <bdi>
        <MoneyText>{entity.title}</MoneyText>
      </bdi>
    </p>
  )
  if (outcome !== null) {
    return (
      <AskedDialog action={action} onClose={onClose}>
        {subject}
        <Outcome request={outcome} approvers={preview.data?.approvals.eligible_people ?? []} />
      </AskedDialog>
    )
  }

  const asks = (preview.data?.approvals.required ?? 1) > 0 && form.how === 'approval'
  const Fields = bespoke?.Fields
  return (
    <AskingDialog
      action={action}
      state={intent.state}
      onClose={onClose}
      confirm={{
        label: asks ? t('sheet.confirm.ask') : t('sheet.confirm.do', { title: action.title }),
        asks,
        disabledReason:
          shown !== undefined || inputMissing
            ? undefined
            : preview.isError
              ? describeProblem(preview.error, t).detail
              : t('sheet.previewLoading'),
        run: confirm,
      }}
    >
      {subject}
      {undoes === undefined ? null : (
        <p className={styles.restored}>
          {t('sheet.undoes')} <Link to={paths.request(undoes.id)}>{t('sheet.undoes.request')}</Link>
        </p>
      )}
      {draft.restored ? <p className={styles.restored}>{t('sheet.restored')}</p> : null}
      <div className={styles.form}>
        {Fields === undefined ? (
          <SchemaForm
            schema={action.input_schema}
            input={form.input}
            errors={errors}
            onChange={(next) => change({ input: next })}
          />
        ) : (
          <Fields
            entity={entity}
            input={form.input}
            errors={errors}
            onChange={(next) => change({ input: next })}
          />
        )}
        <ReasonFields
          reasons={reasons}
          form={form}
          errors={errors}
          onChange={change}
          onUnchosen={setUnchosen}
        />
        {preview.data?.schedule_until === undefined || form.how !== 'approval' ? null : (
          <ScheduleField
            at={form.at}
            until={preview.data.schedule_until}
            error={errors.scheduled_for}
            onChange={(at) => change({ at })}
          />
        )}
        {ways.length < 2 ? null : (
          <RadioGroup
            label={t('sheet.how')}
            value={form.how}
            choices={ways}
            onChange={(how) => change({ how })}
          />
        )}
      </div>
      <AskingProblem state={intent.state} onLeave={() => draft.leave()} />
      <PreviewPanel state={previewState(preview, inputMissing)} inverse={inverse} how={form.how} />
    </AskingDialog>
  )
}

/** In which ways this person may have it done; asking for approval is always one. */
function waysOf(
  preview: Preview | undefined,
  t: Translate,
  language: string,
): RadioChoice<SheetForm['how']>[] {
  if (preview === undefined || preview.approvals.required === 0) return []
  const length = (s: number) => formatDuration(s * 1000, language)
  return [
    { value: 'approval', label: t('sheet.how.approval'), hint: t('sheet.how.approval.hint') },
    ...(preview.emergency
      ? [
          {
            value: 'emergency' as const,
            label: t('sheet.how.emergency'),
            hint: t('sheet.how.emergency.hint', { length: length(preview.emergency.limit_s) }),
          },
        ]
      : []),
    ...(preview.break_glass
      ? [
          {
            value: 'break_glass' as const,
            label: t('sheet.how.breakGlass'),
            hint: t('sheet.how.breakGlass.hint'),
          },
        ]
      : []),
  ]
}

/** The action's reasons as far as they make sense for the target; the server knows which. */
function reasonsOf(action: ActionDeclaration, preview: Preview): ReasonCode[] {
  const { reasons } = preview
  if (reasons === undefined) return action.reasons
  const declared = new Map(action.reasons.map((one) => [one.code, one]))
  return reasons.map((one) => declared.get(one.code) ?? one)
}

function startOf(
  action: ActionDeclaration,
  bespoke: ActionForm | undefined,
  entity: Entity,
  me: string,
  undoes: Undone | undefined,
  begins: Pick<SheetForm, 'input' | 'reason' | 'note'> | undefined,
): SheetForm {
  const prefilled = bespoke?.prefill?.(entity, me) ?? {}
  return {
    input: { ...schemaDefaults(action.input_schema), ...prefilled.input, ...undoes?.input, ...begins?.input },
    reason:
      begins?.reason ??
      prefilled.reason ??
      (action.reasons.length === 1 ? (action.reasons[0]?.code ?? '') : ''),
    note: begins?.note ?? prefilled.note ?? '',
    how: 'approval',
  }
}

function previewState(query: { data: Preview | undefined; error: unknown }, waiting: boolean): PreviewState {
  if (waiting) return { phase: 'waiting' }
  if (query.error !== null) return { phase: 'refused', error: query.error }
  if (query.data === undefined) return { phase: 'loading' }
  return { phase: 'ready', preview: query.data }
}
