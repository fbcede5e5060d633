import type { BulkAsked } from '@countersign/sdk/client.ts'
import type { ActionDeclaration, ActionRequest, BulkPreview, EntityRef } from '@countersign/sdk/wire.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { Button } from '@countersign/ui/button.tsx'
import { Combobox } from '@countersign/ui/combobox.tsx'
import { Dialog } from '@countersign/ui/dialog.tsx'
import { Facts } from '@countersign/ui/facts.tsx'
import { Field } from '@countersign/ui/field.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { TextArea } from '@countersign/ui/text-input.tsx'
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Outcome } from '../action-sheet/outcome.tsx'
import { WhoAgrees } from '../action-sheet/preview-panel.tsx'
import { schemaDefaults, sentInput } from '../action-sheet/schema-fields.ts'
import { SchemaForm } from '../action-sheet/schema-form.tsx'
import { missingIn, refusedFields, type SheetForm } from '../action-sheet/sheet-state.ts'
import { useClient } from '../client-context.tsx'
import { useText } from '../messages.ts'
import { describeProblem } from '../problem-notice.tsx'
import { publishedCode } from '../request/reason-words.ts'
import { PreviewText } from '../request/request-facts.tsx'
import { StepUpBanner, stepUpAsked } from '../step-up.tsx'
import { useIntent } from '../use-intent.ts'
import { useSettled } from '../use-settled.ts'
import styles from './bulk.module.css'

const NOTE_LONGEST_CHARS = 500
const PREVIEW_PAUSE_MS = 250
const REFUSED_SHOWN = 8

/**
 * The sheet in which an action is asked for over many records at once: form, reason, which of them can be asked for as
 * the server reckons it now, and who must agree. What is confirmed is exactly the rows that the preview accepted.
 */
export function BulkSheet({
  action,
  targets,
  prefilled,
  onClose,
}: {
  action: ActionDeclaration
  /** At most a thousand records of the kind that the action acts on. */
  targets: readonly EntityRef[]
  prefilled?: Partial<Pick<SheetForm, 'input' | 'reason' | 'note'>>
  onClose: () => void
}) {
  const t = useText()
  const client = useClient()
  const queries = useQueryClient()
  const [form, setForm] = useState<SheetForm>({
    input: { ...schemaDefaults(action.input_schema), ...prefilled?.input },
    reason: prefilled?.reason ?? (action.reasons.length === 1 ? (action.reasons[0]?.code ?? '') : ''),
    note: prefilled?.note ?? '',
    how: 'approval',
  })
  const [asked, setAsked] = useState(false)
  const [outcome, setOutcome] = useState<ActionRequest | null>(null)
  const missing = missingIn(action, action.reasons, form, t('form.required'))
  const inputMissing = Object.keys(missing).some((name) => name !== 'reason' && name !== 'note')
  const note = form.note.trim()
  const reason = note === '' ? { code: form.reason } : { code: form.reason, note }
  const reasonGiven = !('reason' in missing) && !('note' in missing)
  const input = useSettled(sentInput(form.input), PREVIEW_PAUSE_MS)
  const rows = targets.map((target) => ({ target: { kind: target.kind, id: target.id } }))
  const preview = useQuery({
    queryKey: ['preview-bulk', action.type, targets, input, reasonGiven ? form.reason : null],
    queryFn: ({ signal }) =>
      client.previewBulk(action.type, reasonGiven ? { rows, input, reason } : { rows, input }, signal),
    enabled: !inputMissing && outcome === null,
    retry: false,
    staleTime: 0,
    gcTime: 0,
    placeholderData: keepPreviousData,
  })
  const intent = useIntent<BulkAsked, ActionRequest>(
    async (body, key) => {
      try {
        return await client.submitBulk(body, key)
      } catch (error) {
        void preview.refetch()
        throw error
      }
    },
    (answer) => {
      setOutcome(answer)
      void queries.invalidateQueries({ queryKey: ['approvals'] })
      void queries.invalidateQueries({ queryKey: ['requests'] })
    },
  )
  const failure =
    intent.state.phase === 'refused' || intent.state.phase === 'undecided' ? intent.state.error : null
  const stepUp = stepUpAsked(failure)
  const errors = { ...(asked ? missing : {}), ...refusedFields(preview.error), ...refusedFields(failure) }
  const shown = preview.isPlaceholderData ? undefined : preview.data
  const accepted = shown?.count.accepted ?? 0

  function change(next: Partial<SheetForm>) {
    setForm({ ...form, ...next })
    if (intent.state.phase === 'refused') intent.restart()
  }

  function confirm() {
    setAsked(true)
    if (intent.state.phase === 'undecided') return intent.send(intent.state.body)
    if (Object.keys(missing).length > 0 || shown === undefined || shown.preview_digest === null) return
    intent.send({
      type: action.type,
      rows: shown.rows
        .filter((row) => row.accepted)
        .map(({ target }) => ({ target: { kind: target.kind, id: target.id } })),
      input,
      reason,
      preview_digest: shown.preview_digest,
    })
  }

  const title = t('bulk.title', { title: action.title, count: targets.length })
  if (outcome !== null) {
    return (
      <Dialog
        size="sheet"
        title={title}
        onClose={onClose}
        footer={
          <Button variant="primary" onClick={onClose}>
            {t('sheet.close')}
          </Button>
        }
      >
        <Outcome request={outcome} approvers={shown?.approvals.eligible_people ?? []} />
      </Dialog>
    )
  }
  const asks = (shown?.approvals.required ?? 1) > 0
  return (
    <Dialog
      size="sheet"
      title={title}
      onClose={onClose}
      footer={
        <>
          <Button variant="quiet" onClick={onClose} keys="Escape">
            {t('sheet.cancel')}
          </Button>
          <Button
            variant={action.tone === 'danger' && !asks ? 'danger' : 'primary'}
            busy={intent.state.phase === 'sending'}
            disabledReason={
              intent.state.phase === 'undecided' || inputMissing
                ? undefined
                : preview.isError
                  ? describeProblem(preview.error, t).detail
                  : shown === undefined
                    ? t('sheet.previewLoading')
                    : accepted === 0
                      ? t('bulk.none')
                      : undefined
            }
            onClick={confirm}
          >
            {intent.state.phase === 'undecided'
              ? t('sheet.sendAgain')
              : t(asks ? 'bulk.confirm' : 'bulk.confirmNow', { title: action.title, count: accepted })}
          </Button>
        </>
      }
    >
      <SchemaForm
        schema={action.input_schema}
        input={form.input}
        errors={errors}
        onChange={(next) => change({ input: next })}
      />
      <Field label={t('sheet.reason')} required error={errors.reason}>
        {(control) => (
          <Combobox
            control={control}
            value={form.reason}
            choices={action.reasons.map(({ code, title: label }) => {
              const published = publishedCode(code)
              return { value: code, label, ...(published === undefined ? {} : { code: published }) }
            })}
            placeholder={t('sheet.reason.placeholder')}
            emptyText={t('sheet.reason.none')}
            onChange={(chosen) => change({ reason: chosen })}
          />
        )}
      </Field>
      <Field
        label={t('sheet.note')}
        required={action.reasons.some(({ code, note_required }) => code === form.reason && note_required)}
        hint={t('sheet.note.optional')}
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
      {stepUp !== undefined ? (
        <StepUpBanner maxAgeS={stepUp} />
      ) : failure !== null ? (
        <Banner tone={intent.state.phase === 'undecided' ? 'attention' : 'danger'}>
          {intent.state.phase === 'undecided' ? t('sheet.undecided') : describeProblem(failure, t).detail}
        </Banner>
      ) : null}
      <section aria-live="polite" aria-busy={shown === undefined}>
        {preview.data !== undefined ? (
          <WhatItWouldDo preview={preview.data} />
        ) : preview.isError ? (
          <p className={styles.muted}>{describeProblem(preview.error, t).detail}</p>
        ) : (
          <Skeleton lines={4} label={t('sheet.previewLoading')} />
        )}
      </section>
    </Dialog>
  )
}

function WhatItWouldDo({ preview }: { preview: BulkPreview }) {
  const t = useText()
  const refused = preview.rows.filter((row) => !row.accepted)
  return (
    <>
      {refused.length === 0 ? null : (
        <div className={styles.refused}>
          <Banner tone="attention">
            {t('bulk.refused', { count: refused.length })}
            <ul>
              {refused.slice(0, REFUSED_SHOWN).map(({ target, message }) => (
                <li key={target.id}>
                  <bdi>{target.title ?? target.id}</bdi>: {message}
                </li>
              ))}
              {refused.length > REFUSED_SHOWN ? (
                <li>{t('bulk.more', { count: refused.length - REFUSED_SHOWN })}</li>
              ) : null}
            </ul>
          </Banner>
        </div>
      )}
      {preview.count.accepted === 0 ? (
        <p className={styles.muted}>{t('bulk.none')}</p>
      ) : (
        <Facts
          facts={[
            {
              label: t('sheet.whatItDoes'),
              wide: true,
              value: <PreviewText preview={preview} freshAt={preview.fresh_at} />,
            },
            { label: t('sheet.whoAgrees'), wide: true, value: <WhoAgrees preview={preview} /> },
          ]}
        />
      )}
    </>
  )
}
