import type { SubmitAction } from '@countersign/sdk/client.ts'
import { ProblemError } from '@countersign/sdk/problem.ts'
import type { ActionDeclaration, Preview, ReasonCode } from '@countersign/sdk/wire/actions.ts'
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import type { ActionRequest, Undone } from '@countersign/sdk/wire/requests.ts'
import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import { type RadioChoice, RadioGroup } from '@countersign/ui/radio-group.tsx'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useClient } from '../client-context.tsx'
import type { ActionForm } from '../console-web.ts'
import { formatClock, formatDuration, formatInstant, shortZone } from '../duration.ts'
import { useMe } from '../me-context.tsx'
import { type Translate, useLanguage, useText } from '../messages.ts'
import { MoneyText } from '../money-text.tsx'
import { paths } from '../paths.ts'
import { zone, zoneName } from '../preferences.ts'
import { isReveal } from '../record/is-reveal.ts'
import { RequestsBeside } from '../request/requests-beside.tsx'
import { useStoredValue } from '../stored-value.ts'
import styles from './action-sheet.module.css'
import { AskedDialog, AskingDialog, AskingProblem } from './asking-dialog.tsx'
import { Outcome } from './outcome.tsx'
import { PreviewPanel, type PreviewState } from './preview-panel.tsx'
import { ReasonFields } from './reason-fields.tsx'
import { ScheduleField } from './schedule-field.tsx'
import { schemaDefaults } from './schema-fields.ts'
import { SchemaForm } from './schema-form.tsx'
import { reasonOf, type SheetForm } from './sheet-state.ts'
import { useAsking } from './use-asking.ts'

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
  from,
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
  /** The record that led here. */
  from?: EntityRef | undefined
  onClose: () => void
}) {
  const t = useText()
  const language = useLanguage()
  const timeZone = zoneName(useStoredValue(zone))
  const client = useClient()
  const queries = useQueryClient()
  const me = useMe()
  // Until the server has reckoned it, it is as its button was offered.
  const offered = entity.affordances.find((one) => one.action === action.type)
  const [outcome, setOutcome] = useState<ActionRequest | null>(null)
  const [reasons, setReasons] = useState(() => reasonsOf(action, offered?.reasons))
  const target = { kind: entity.kind, id: entity.id }
  const asking = useAsking<Preview, SubmitAction, ActionRequest>({
    action,
    sheet: { place: `${entity.kind}:${entity.id}`, type: action.type },
    start: () => startOf(action, bespoke?.prefill?.(entity, me.person.id, from), entity, undoes, begins),
    reasons,
    missingToo: (form) => ({
      ...(form.how !== 'approval' && form.note.trim() === '' ? { note: t('sheet.how.noteRequired') } : {}),
      ...(form.at === '' ? { scheduled_for: t('form.required') } : {}),
    }),
    of: [action.type, entity.kind, entity.id, entity.version],
    over: outcome !== null,
    read: async (input, reason, signal) => {
      const body = reason === undefined ? { target, input } : { target, input, reason }
      const preview = await client.previewAction(action.type, body, signal)
      setReasons(reasonsOf(action, preview.reasons))
      return preview
    },
    bodyOf: (shown, form, input) => {
      const scheduledFor = form.how === 'approval' ? form.at : undefined
      return {
        type: action.type,
        target,
        input,
        reason: reasonOf(form),
        ...(shown.target_version === undefined ? {} : { expected_version: shown.target_version }),
        preview_digest: shown.preview_digest,
        ...(form.how === 'emergency' ? { emergency: true as const } : {}),
        ...(form.how === 'break_glass' ? { break_glass: true as const } : {}),
        ...(undoes === undefined ? {} : { undoes: undoes.id }),
        ...(scheduledFor === undefined ? {} : { scheduled_for: scheduledFor }),
      }
    },
    send: client.submitAction,
    accepted: (answer) => {
      setOutcome(answer)
      bespoke?.asked?.(entity, me.person.id)
      void queries.invalidateQueries({ queryKey: ['entity', entity.kind, entity.id] })
      void queries.invalidateQueries({ queryKey: ['approvals'] })
      void queries.invalidateQueries({ queryKey: ['requests'] })
    },
  })
  const { form, preview, errors, change } = asking
  const ways = waysOf(preview.data, t, language, timeZone)

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
        <Outcome
          request={outcome}
          asked={preview.data?.approvals}
          // What is shown for minutes alone stands behind the sheet.
          onExecuted={isReveal(action.type) ? onClose : undefined}
        />
      </AskedDialog>
    )
  }

  const asks = (preview.data?.approvals.required ?? offered?.approvals ?? 1) > 0 && form.how === 'approval'
  const scheduled = form.how === 'approval' && form.at !== '' ? form.at : undefined
  const Fields = bespoke?.Fields
  const FieldsOfReason = bespoke?.FieldsOfReason
  const generated = Fields === undefined && FieldsOfReason === undefined
  const filled = {
    input: form.input,
    errors,
    onChange: (next: typeof form.input) => change({ input: next }),
  }
  return (
    <AskingDialog
      action={action}
      state={asking.state}
      onClose={onClose}
      confirm={{
        label: !asks
          ? t('sheet.confirm.do', { title: action.title })
          : scheduled === undefined
            ? t('sheet.confirm.ask')
            : t('sheet.confirm.askAt', { at: clockText(scheduled, language, timeZone) }),
        asks,
        disabledReason: asking.disabledReason,
        said: asking.said,
        run: asking.confirm,
      }}
    >
      {subject}
      {undoes === undefined ? null : (
        <p className={styles.restored}>
          {t('sheet.undoes')} <Link to={paths.request(undoes.id)}>{t('sheet.undoes.request')}</Link>
        </p>
      )}
      {asking.restored ? <p className={styles.restored}>{t('sheet.restored')}</p> : null}
      <div role="group" className={styles.form} onBlur={asking.left}>
        {generated ? (
          <SchemaForm part="required" schema={action.input_schema} labels={bespoke?.labels} {...filled} />
        ) : null}
        {Fields === undefined ? null : <Fields entity={entity} {...filled} />}
        <ReasonFields
          reasons={reasons}
          form={form}
          errors={errors}
          onChange={change}
          onUnchosen={asking.unchosen}
        />
        {FieldsOfReason === undefined ? null : (
          <FieldsOfReason entity={entity} reason={form.reason} {...filled} />
        )}
        {generated ? (
          <SchemaForm part="optional" schema={action.input_schema} labels={bespoke?.labels} {...filled} />
        ) : null}
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
      <AskingProblem state={asking.state} refusal={asking.refusal} onLeave={() => asking.leave()} />
      <RequestsBeside beside={preview.data?.beside} />
      <PreviewPanel
        state={previewState(preview, asking)}
        action={action}
        inverse={inverse}
        how={form.how}
        at={scheduled}
      />
    </AskingDialog>
  )
}

function clockText(at: string, language: string, timeZone: string): string {
  return `${formatClock(at, Date.now(), language, timeZone)} ${shortZone(Date.parse(at), language, timeZone)}`
}

/** In which ways this person may have it done; asking for approval is always one. */
function waysOf(
  preview: Preview | undefined,
  t: Translate,
  language: string,
  timeZone: string,
): RadioChoice<SheetForm['how']>[] {
  if (preview === undefined || preview.approvals.required === 0) return []
  const length = (s: number) => formatDuration(s * 1000, language)
  return [
    {
      value: 'approval',
      label: t('sheet.how.approval'),
      hint: t('sheet.how.approval.hint'),
      ...(preview.open_request === undefined ? {} : { disabledReason: t('sheet.how.approval.asked') }),
    },
    ...(preview.emergency
      ? [
          {
            value: 'emergency' as const,
            label: t('sheet.how.emergency'),
            hint: t('sheet.how.emergency.hint', { length: length(preview.emergency.limit_s) }),
            ...(preview.emergency.barred_until === undefined
              ? {}
              : {
                  disabledReason: t('sheet.how.emergency.barred', {
                    until: formatInstant(preview.emergency.barred_until, language, timeZone),
                  }),
                }),
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
function reasonsOf(action: ActionDeclaration, reasons: Preview['reasons']): ReasonCode[] {
  if (reasons === undefined) return action.reasons
  const declared = new Map(action.reasons.map((one) => [one.code, one]))
  return reasons.map((one) => ({ ...declared.get(one.code), ...one }))
}

function startOf(
  action: ActionDeclaration,
  prefilled: ReturnType<NonNullable<ActionForm['prefill']>> | undefined,
  entity: Entity,
  undoes: Undone | undefined,
  begins: Pick<SheetForm, 'input' | 'reason' | 'note'> | undefined,
): SheetForm {
  return {
    input: {
      ...schemaDefaults(action.input_schema),
      ...prefilled?.input,
      ...undoes?.input,
      ...begins?.input,
    },
    reason:
      begins?.reason ??
      prefilled?.reason ??
      (action.reasons.length === 1 ? (action.reasons[0]?.code ?? '') : ''),
    note: begins?.note ?? prefilled?.note ?? '',
    // Asked for already, it is offered for what needs nobody first.
    how: entity.affordances.some((one) => one.action === action.type && one.open_request !== undefined)
      ? 'emergency'
      : 'approval',
  }
}

function previewState(
  query: { data: Preview | undefined; error: unknown },
  { wanting, refusal }: { wanting: boolean; refusal: (error: unknown) => string },
): PreviewState {
  if (wanting) return { phase: 'waiting' }
  // A form that starts from what holds now has nothing wrong with it yet.
  if (query.error instanceof ProblemError && query.error.problem.code === 'nothing_changed') {
    return { phase: 'unchanged' }
  }
  if (query.error !== null) return { phase: 'refused', why: refusal(query.error) }
  if (query.data === undefined) return { phase: 'loading' }
  return { phase: 'ready', preview: query.data }
}
