import type { SubmitAction } from '@countersign/sdk/client.ts'
import type {
  ActionDeclaration,
  ActionRequest,
  Entity,
  Preview,
  ReasonCode,
  Undone,
} from '@countersign/sdk/wire.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { Button } from '@countersign/ui/button.tsx'
import { type Choice, Combobox } from '@countersign/ui/combobox.tsx'
import { Dialog } from '@countersign/ui/dialog.tsx'
import { Field } from '@countersign/ui/field.tsx'
import { type RadioChoice, RadioGroup } from '@countersign/ui/radio-group.tsx'
import { TextArea } from '@countersign/ui/text-input.tsx'
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useClient } from '../client-context.tsx'
import type { ActionForm } from '../console-web.ts'
import { formatDuration } from '../duration.ts'
import { useKeys } from '../keymap.tsx'
import { useMe } from '../me-context.tsx'
import { type Translate, useLanguage, useText } from '../messages.ts'
import { MoneyText } from '../money-text.tsx'
import { paths } from '../paths.ts'
import { describeProblem } from '../problem-notice.tsx'
import { publishedCode } from '../request/reason-words.ts'
import { StepUpBanner, stepUpAsked } from '../step-up.tsx'
import { useIntent } from '../use-intent.ts'
import { useSettled } from '../use-settled.ts'
import styles from './action-sheet.module.css'
import { bringDraftBack, draftOf, dropDraft, keepDraft, takeDraftAlong } from './drafts.ts'
import { Outcome } from './outcome.tsx'
import { PreviewPanel, type PreviewState } from './preview-panel.tsx'
import { ScheduleField } from './schedule-field.tsx'
import { schemaDefaults, sentInput } from './schema-fields.ts'
import { SchemaForm } from './schema-form.tsx'
import { type FieldErrors, isStalePreview, missingIn, refusedFields, type SheetForm } from './sheet-state.ts'

const NOTE_LONGEST_CHARS = 500
const PREVIEW_PAUSE_MS = 250

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
  const draftKey = `${action.type} ${entity.kind}:${entity.id}`
  const [form, setForm] = useState<SheetForm>(() => {
    bringDraftBack(me.person.id)
    return draftOf(draftKey) ?? startOf(action, bespoke, entity, me.person.id, undoes, begins)
  })
  const [restored] = useState(() => draftOf(draftKey) !== undefined)
  const [asked, setAsked] = useState(false)
  const [outcome, setOutcome] = useState<ActionRequest | null>(null)

  const [reasons, setReasons] = useState(action.reasons)
  const [typedReason, setTypedReason] = useState<string | null>(null)
  const missing: FieldErrors = {
    ...missingIn(action, reasons, form, t('form.required')),
    ...(form.how !== 'approval' && form.note.trim() === '' ? { note: t('sheet.how.noteRequired') } : {}),
    ...(form.at === '' ? { scheduled_for: t('form.required') } : {}),
    ...(typedReason === null ? {} : { reason: t('sheet.reason.unchosen', { text: typedReason.trim() }) }),
  }
  const inputMissing = Object.keys(missing).some(
    (name) => !['reason', 'note', 'scheduled_for'].includes(name),
  )
  const reasonGiven = !('reason' in missing) && !('note' in missing) && reasons.length > 0
  const reason =
    form.note.trim() === '' ? { code: form.reason } : { code: form.reason, note: form.note.trim() }
  const wanted = sentInput(form.input)
  const input = useSettled(wanted, PREVIEW_PAUSE_MS)
  const preview = useQuery({
    // The note says nothing to the reckoning; whether a needed one is there does.
    queryKey: [
      'preview',
      action.type,
      entity.kind,
      entity.id,
      input,
      entity.version,
      reasonGiven ? form.reason : null,
    ],
    queryFn: async ({ signal }) => {
      const target = { kind: entity.kind, id: entity.id }
      const body = reasonGiven ? { target, input, reason } : { target, input }
      const preview = await client.previewAction(action.type, body, signal)
      setReasons(reasonsOf(action, preview))
      return preview
    },
    enabled: !inputMissing && outcome === null,
    retry: false,
    staleTime: 0,
    gcTime: 0,
    placeholderData: keepPreviousData,
  })
  const previewed =
    preview.isSuccess && !preview.isPlaceholderData && JSON.stringify(wanted) === JSON.stringify(input)

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
      dropDraft(draftKey)
      bespoke?.asked?.(entity, me.person.id)
      void queries.invalidateQueries({ queryKey: ['entity', entity.kind, entity.id] })
      void queries.invalidateQueries({ queryKey: ['approvals'] })
      void queries.invalidateQueries({ queryKey: ['requests'] })
    },
  )
  const failure =
    intent.state.phase === 'refused' || intent.state.phase === 'undecided' ? intent.state.error : null
  const stale = intent.state.phase === 'refused' && isStalePreview(failure)
  const errors = { ...(asked ? missing : {}), ...refusedFields(preview.error), ...refusedFields(failure) }
  const chosen = reasons.find((reason) => reason.code === form.reason)
  const noteRequired = chosen?.note_required === true || form.how !== 'approval'
  const needsApproval = (preview.data?.approvals.required ?? 1) > 0
  const ways = waysOf(preview.data, t, language)
  const stepUp = stepUpAsked(failure)

  function change(next: Partial<SheetForm>) {
    const changed = { ...form, ...next }
    setForm(changed)
    keepDraft(draftKey, changed)
    if (intent.state.phase === 'refused') intent.restart()
  }

  function confirm() {
    setAsked(true)
    if (intent.state.phase === 'undecided') return intent.send(intent.state.body)
    if (Object.keys(missing).length > 0 || !previewed) return
    const shown = preview.data
    const scheduledFor = form.how === 'approval' ? form.at : undefined
    intent.send({
      type: action.type,
      target: { kind: entity.kind, id: entity.id },
      input,
      reason,
      ...(shown.target_version === undefined ? {} : { expected_version: shown.target_version }),
      preview_digest: shown.preview_digest,
      ...(form.how === 'emergency' ? { emergency: true as const } : {}),
      ...(form.how === 'break_glass' ? { break_glass: true as const } : {}),
      ...(undoes === undefined ? {} : { undoes: undoes.id }),
      ...(scheduledFor === undefined ? {} : { scheduled_for: scheduledFor }),
    })
  }

  const asks = needsApproval && form.how === 'approval'
  const confirmLabel = asks ? t('sheet.confirm.ask') : t('sheet.confirm.do', { title: action.title })
  useKeys(
    t('sheet.keys'),
    [
      {
        keys: 'mod+Enter',
        label: confirmLabel,
        whileTyping: true,
        run: outcome === null ? confirm : onClose,
      },
    ],
    { modal: true },
  )

  const title = (
    <span className={styles.risk} data-risk={action.risk}>
      {action.moves_money ? `${t('sheet.movesMoney')} · ` : ''}
      {t(RISKS[action.risk])}
    </span>
  )
  if (outcome !== null) {
    return (
      <Dialog
        size="sheet"
        title={action.title}
        aside={title}
        onClose={onClose}
        footer={
          <Button variant="primary" ref={focusNow} onClick={onClose}>
            {t('sheet.close')}
          </Button>
        }
      >
        <p className={styles.subject}>
          <bdi>
            <MoneyText>{entity.title}</MoneyText>
          </bdi>
        </p>
        <Outcome request={outcome} approvers={preview.data?.approvals.eligible_people ?? []} />
      </Dialog>
    )
  }

  const Fields = bespoke?.Fields
  return (
    <Dialog
      size="sheet"
      title={action.title}
      aside={title}
      onClose={onClose}
      footer={
        <>
          <Button variant="quiet" onClick={onClose} keys="Escape">
            {t('sheet.cancel')}
          </Button>
          <Button
            variant={action.tone === 'danger' && !asks ? 'danger' : 'primary'}
            keys="mod+Enter"
            busy={intent.state.phase === 'sending'}
            disabledReason={
              intent.state.phase === 'undecided' || previewed || inputMissing
                ? undefined
                : preview.isError
                  ? describeProblem(preview.error, t).detail
                  : t('sheet.previewLoading')
            }
            onClick={confirm}
          >
            {intent.state.phase === 'sending'
              ? t('sheet.sending')
              : intent.state.phase === 'undecided'
                ? t('sheet.sendAgain')
                : confirmLabel}
          </Button>
        </>
      }
    >
      <p className={styles.subject}>
        <bdi>
          <MoneyText>{entity.title}</MoneyText>
        </bdi>
      </p>
      {undoes === undefined ? null : (
        <p className={styles.restored}>
          {t('sheet.undoes')} <Link to={paths.request(undoes.id)}>{t('sheet.undoes.request')}</Link>
        </p>
      )}
      {restored ? <p className={styles.restored}>{t('sheet.restored')}</p> : null}
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
        {reasons.length === 0 ? null : (
          <Field label={t('sheet.reason')} required error={errors.reason}>
            {(control) => (
              <Combobox
                control={control}
                value={form.reason}
                choices={reasons.map(reasonChoice)}
                placeholder={t('sheet.reason.placeholder')}
                emptyText={t('sheet.reason.none')}
                onChange={(reason) => change({ reason })}
                onUncommitted={setTypedReason}
              />
            )}
          </Field>
        )}
        <Field
          label={t('sheet.note')}
          required={noteRequired}
          hint={t(
            noteRequired
              ? form.how === 'approval'
                ? 'sheet.note.needed'
                : 'sheet.how.noteRequired'
              : 'sheet.note.optional',
          )}
          error={errors.note}
        >
          {(control) => (
            <TextArea
              {...control}
              maxLength={NOTE_LONGEST_CHARS}
              value={form.note}
              onChange={(event) => change({ note: event.target.value })}
            />
          )}
        </Field>
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
      {stepUp !== undefined ? (
        <StepUpBanner maxAgeS={stepUp} onLeave={() => takeDraftAlong(draftKey, me.person.id, form)} />
      ) : stale ? (
        <Banner tone="attention">{t('sheet.previewStale')}</Banner>
      ) : intent.state.phase === 'undecided' ? (
        <Banner tone="attention">{t('sheet.undecided')}</Banner>
      ) : failure !== null ? (
        <Banner tone="danger">
          {t('sheet.refused')} {describeProblem(failure, t).detail}
        </Banner>
      ) : null}
      <PreviewPanel state={previewState(preview, inputMissing)} inverse={inverse} how={form.how} />
    </Dialog>
  )
}

/** What was asked for is asked: the one thing left to do has the focus, wherever it was before. */
function focusNow(button: HTMLButtonElement | null) {
  button?.focus()
}

function reasonChoice(reason: ReasonCode): Choice {
  const code = publishedCode(reason.code)
  return { value: reason.code, label: reason.title, ...(code === undefined ? {} : { code }) }
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

const RISKS = {
  low: 'sheet.risk.low',
  medium: 'sheet.risk.medium',
  high: 'sheet.risk.high',
  critical: 'sheet.risk.critical',
} as const

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
