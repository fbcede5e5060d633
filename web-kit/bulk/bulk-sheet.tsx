import type { BulkAsked } from '@countersign/sdk/client.ts'
import type { ActionDeclaration } from '@countersign/sdk/wire/actions.ts'
import type { BulkPreview } from '@countersign/sdk/wire/bulk.ts'
import type { ActionRequest } from '@countersign/sdk/wire/requests.ts'
import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { Facts } from '@countersign/ui/facts.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { AskedDialog, AskingDialog, AskingProblem } from '../action-sheet/asking-dialog.tsx'
import { Outcome } from '../action-sheet/outcome.tsx'
import { WhoAgrees } from '../action-sheet/preview-panel.tsx'
import { ReasonFields } from '../action-sheet/reason-fields.tsx'
import { schemaDefaults } from '../action-sheet/schema-fields.ts'
import { SchemaForm } from '../action-sheet/schema-form.tsx'
import {
  isInputWanting,
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
import { PreviewText } from '../request/request-facts.tsx'
import { useIntent } from '../use-intent.ts'
import styles from './bulk.module.css'

const REFUSED_SHOWN = 8

/** A record of a request over many. `version`: as the person saw it; what has moved on since is left out and said. */
export type BulkTarget = EntityRef & { version?: string }

/**
 * The sheet in which an action is asked for over many records at once: form, reason, which of them can be asked for as
 * the server reckons it now, and who must agree. What is confirmed is exactly the rows that the preview accepted.
 */
export function BulkSheet({
  action,
  place,
  targets,
  prefilled,
  records = targets,
  onClose,
}: {
  action: ActionDeclaration
  /** Where it is opened: what was typed is found there again. */
  place: string
  /** At most a thousand records of the kind that the action acts on. */
  targets: readonly BulkTarget[]
  prefilled?: Partial<Pick<SheetForm, 'input' | 'reason' | 'note'>>
  /** What its place needs to open it again after signing in. */
  records?: readonly unknown[]
  onClose: () => void
}) {
  const t = useText()
  const client = useClient()
  const queries = useQueryClient()
  const draft = useDraft({ place, type: action.type }, () => startOf(action, prefilled))
  const { form } = draft
  const [asked, setAsked] = useState(false)
  const [outcome, setOutcome] = useState<ActionRequest | null>(null)
  const [unchosen, setUnchosen] = useState<string | null>(null)
  const missing = {
    ...missingIn(action, action.reasons, form, t('form.required')),
    ...(unchosen === null ? {} : { reason: t('sheet.reason.unchosen', { text: unchosen.trim() }) }),
  }
  const inputMissing = isInputWanting(missing)
  const reasonGiven = !('reason' in missing) && !('note' in missing)
  const rows = targets.map(rowOf)
  const {
    query: preview,
    shown,
    input,
  } = usePreview({
    of: ['bulk', action.type, targets, reasonGiven ? form.reason : null],
    typed: form.input,
    wanting: inputMissing || outcome !== null,
    read: (input, signal) =>
      client.previewBulk(
        action.type,
        reasonGiven ? { rows, input, reason: reasonOf(form) } : { rows, input },
        signal,
      ),
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
      draft.drop()
      void queries.invalidateQueries({ queryKey: ['approvals'] })
      void queries.invalidateQueries({ queryKey: ['requests'] })
    },
  )
  const failure =
    intent.state.phase === 'refused' || intent.state.phase === 'undecided' ? intent.state.error : null
  const errors = { ...(asked ? missing : {}), ...refusedFields(preview.error), ...refusedFields(failure) }
  const accepted = shown?.count.accepted ?? 0

  function change(next: Partial<SheetForm>) {
    draft.change({ ...form, ...next })
    if (intent.state.phase === 'refused') intent.restart()
  }

  function confirm() {
    setAsked(true)
    if (intent.state.phase === 'undecided') return intent.send(intent.state.body)
    if (Object.keys(missing).length > 0 || shown === undefined || shown.preview_digest === null) return
    const taken = new Set(shown.rows.flatMap(({ accepted, target }) => (accepted ? [target.id] : [])))
    intent.send({
      type: action.type,
      rows: rows.filter(({ target }) => taken.has(target.id)),
      input,
      reason: reasonOf(form),
      preview_digest: shown.preview_digest,
    })
  }

  const title = t('bulk.title', { title: action.title, count: targets.length })
  if (outcome !== null) {
    return (
      <AskedDialog action={action} title={title} onClose={onClose}>
        <Outcome request={outcome} approvers={shown?.approvals.eligible_people ?? []} />
      </AskedDialog>
    )
  }
  const asks = (preview.data?.approvals.required ?? 1) > 0
  return (
    <AskingDialog
      action={action}
      title={title}
      state={intent.state}
      onClose={onClose}
      confirm={{
        label: t(asks ? 'bulk.confirm' : 'bulk.confirmNow', { title: action.title, count: accepted }),
        asks,
        disabledReason: inputMissing
          ? undefined
          : preview.isError
            ? describeProblem(preview.error, t).detail
            : shown === undefined
              ? t('sheet.previewLoading')
              : accepted === 0
                ? t('bulk.none')
                : undefined,
        run: confirm,
      }}
    >
      {draft.restored ? <p className={styles.muted}>{t('sheet.restored')}</p> : null}
      <div className={styles.form}>
        <SchemaForm
          schema={action.input_schema}
          input={form.input}
          errors={errors}
          onChange={(next) => change({ input: next })}
        />
        <ReasonFields
          reasons={action.reasons}
          form={form}
          errors={errors}
          onChange={change}
          onUnchosen={setUnchosen}
        />
      </div>
      <AskingProblem state={intent.state} onLeave={() => draft.leave(records)} />
      <section aria-live="polite" aria-busy={shown === undefined}>
        {preview.data !== undefined ? (
          <WhatItWouldDo preview={preview.data} />
        ) : preview.isError ? (
          <p className={styles.muted}>{describeProblem(preview.error, t).detail}</p>
        ) : inputMissing ? (
          <p className={styles.muted}>{t('sheet.previewWaiting')}</p>
        ) : (
          <Skeleton lines={4} label={t('sheet.previewLoading')} />
        )}
      </section>
    </AskingDialog>
  )
}

function startOf(
  action: ActionDeclaration,
  prefilled: Partial<Pick<SheetForm, 'input' | 'reason' | 'note'>> = {},
): SheetForm {
  return {
    input: { ...schemaDefaults(action.input_schema), ...prefilled.input },
    reason: prefilled.reason ?? (action.reasons.length === 1 ? (action.reasons[0]?.code ?? '') : ''),
    note: prefilled.note ?? '',
    how: 'approval',
  }
}

function rowOf({ kind, id, version }: BulkTarget): BulkAsked['rows'][number] {
  return { target: { kind, id }, ...(version === undefined ? {} : { expected_version: version }) }
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
