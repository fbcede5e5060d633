import type { BulkAsked } from '@countersign/sdk/client.ts'
import type { ActionDeclaration, JsonSchema } from '@countersign/sdk/wire/actions.ts'
import type { BulkPreview } from '@countersign/sdk/wire/bulk.ts'
import type { ActionRequest } from '@countersign/sdk/wire/requests.ts'
import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { Facts } from '@countersign/ui/facts.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { AskedDialog, AskingDialog, AskingProblem } from '../action-sheet/asking-dialog.tsx'
import { Outcome } from '../action-sheet/outcome.tsx'
import { IfWrong, WhoAgrees } from '../action-sheet/preview-panel.tsx'
import { ReasonFields } from '../action-sheet/reason-fields.tsx'
import { schemaDefaults } from '../action-sheet/schema-fields.ts'
import { SchemaForm } from '../action-sheet/schema-form.tsx'
import { reasonOf, type SheetForm } from '../action-sheet/sheet-state.ts'
import { useAsking } from '../action-sheet/use-asking.ts'
import { useClient } from '../client-context.tsx'
import { useText } from '../messages.ts'
import { MoneyText } from '../money-text.tsx'
import { paths } from '../paths.ts'
import { actionsQuery } from '../queries.ts'
import { PreviewText } from '../request/request-facts.tsx'
import styles from './bulk.module.css'

const REFUSED_SHOWN = 8
const ACCEPTED_SHOWN = 8

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
  undoes,
  records = targets,
  onClose,
}: {
  action: ActionDeclaration
  /** Where it is opened: what was typed is found there again. */
  place: string
  /** At most a thousand records of the kind that the action acts on. */
  targets: readonly BulkTarget[]
  prefilled?: Partial<Pick<SheetForm, 'input' | 'reason' | 'note'>>
  /** The request over many records that this takes back. */
  undoes?: string | undefined
  /** What its place needs to open it again after signing in. */
  records?: readonly unknown[]
  onClose: () => void
}) {
  const t = useText()
  const client = useClient()
  const queries = useQueryClient()
  const [outcome, setOutcome] = useState<ActionRequest | null>(null)
  const rows = targets.map(rowOf)
  const asking = useAsking<BulkPreview, BulkAsked, ActionRequest>({
    action,
    sheet: { place, type: action.type },
    start: () => startOf(action, prefilled),
    of: ['bulk', action.type, targets],
    over: outcome !== null,
    read: (input, reason, signal) =>
      client.previewBulk(
        action.type,
        reason === undefined ? { rows, input } : { rows, input, reason },
        signal,
      ),
    bodyOf: (shown, form, input) => {
      if (shown.preview_digest === null) return undefined
      const taken = new Set(shown.rows.flatMap(({ accepted, target }) => (accepted ? [target.id] : [])))
      return {
        type: action.type,
        rows: rows.filter(({ target }) => taken.has(target.id)),
        input,
        reason: reasonOf(form),
        preview_digest: shown.preview_digest,
        ...(undoes === undefined ? {} : { undoes }),
      }
    },
    send: client.submitBulk,
    // Any row may be why.
    outdates: () => true,
    accepted: (answer) => {
      setOutcome(answer)
      void queries.invalidateQueries({ queryKey: ['approvals'] })
      void queries.invalidateQueries({ queryKey: ['requests'] })
    },
  })
  const { form, preview, shown, errors, change } = asking
  const { data: actions } = useQuery({ ...actionsQuery(client), enabled: action.inverse !== undefined })
  const inverse = actions?.find(({ type }) => type === action.inverse)
  const accepted = shown?.count.accepted ?? 0

  // As many as the button says; before that is known, as many as were chosen.
  const count = outcome === null ? accepted || targets.length : (outcome.bulk?.count ?? accepted)
  const none = outcome === null && shown !== undefined && accepted === 0
  const title = none ? action.title : t('bulk.title', { title: action.title, count })
  if (outcome !== null) {
    return (
      <AskedDialog action={action} title={title} onClose={onClose}>
        <Outcome request={outcome} asked={shown?.approvals} />
      </AskedDialog>
    )
  }
  const asks = (preview.data?.approvals.required ?? 1) > 0
  return (
    <AskingDialog
      action={action}
      title={title}
      state={asking.state}
      onClose={onClose}
      confirm={{
        label: none
          ? action.title
          : t(asks ? 'bulk.confirm' : 'bulk.confirmNow', {
              title: action.title,
              count: accepted || targets.length,
            }),
        asks,
        disabledReason: asking.disabledReason ?? (none ? t('bulk.none') : undefined),
        said: asking.said,
        run: asking.confirm,
      }}
    >
      {undoes === undefined ? null : (
        <p className={styles.lead}>
          {t('sheet.undoes')} <Link to={paths.request(undoes)}>{t('sheet.undoes.request')}</Link>
        </p>
      )}
      {asking.restored ? <p className={styles.lead}>{t('sheet.restored')}</p> : null}
      <div role="group" className={styles.form} onBlur={asking.left}>
        <SchemaForm
          schema={withoutPersonal(action.input_schema)}
          input={form.input}
          errors={errors}
          onChange={(next) => change({ input: next })}
        />
        <ReasonFields
          reasons={action.reasons}
          form={form}
          errors={errors}
          onChange={change}
          onUnchosen={asking.unchosen}
        />
      </div>
      <AskingProblem state={asking.state} refusal={asking.refusal} onLeave={() => asking.leave(records)} />
      <section aria-live="polite" aria-busy={shown === undefined}>
        {preview.data !== undefined ? (
          <WhatItWouldDo preview={preview.data} action={action} inverse={inverse} />
        ) : preview.isError ? (
          <p className={styles.muted}>{asking.refusal(preview.error)}</p>
        ) : asking.wanting ? (
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

/** What is said of one person is not said of many: the server takes it for a single record alone. */
function withoutPersonal(schema: JsonSchema): JsonSchema {
  return {
    ...schema,
    properties: Object.fromEntries(
      Object.entries(schema.properties ?? {}).filter(([, field]) => field['x-personal-data'] === undefined),
    ),
  }
}

function rowOf({ kind, id, version }: BulkTarget): BulkAsked['rows'][number] {
  return { target: { kind, id }, ...(version === undefined ? {} : { expected_version: version }) }
}

function WhatItWouldDo({
  preview,
  action,
  inverse,
}: {
  preview: BulkPreview
  action: ActionDeclaration
  inverse: ActionDeclaration | undefined
}) {
  const t = useText()
  const accepted = preview.rows.filter((row) => row.accepted)
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
                  <strong>
                    <RowName target={target} />
                  </strong>
                  <br />
                  {message}
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
            {
              label: t('bulk.accepted'),
              wide: true,
              value: (
                <ul className={styles.accepted}>
                  {accepted.slice(0, ACCEPTED_SHOWN).map(({ target }) => (
                    <li key={target.id}>
                      <RowName target={target} />
                    </li>
                  ))}
                  {accepted.length > ACCEPTED_SHOWN ? (
                    <li>{t('bulk.more', { count: accepted.length - ACCEPTED_SHOWN })}</li>
                  ) : null}
                </ul>
              ),
            },
            { label: t('sheet.whoAgrees'), wide: true, value: <WhoAgrees preview={preview} /> },
            { label: t('sheet.ifWrong'), wide: true, value: <IfWrong action={action} inverse={inverse} /> },
          ]}
        />
      )}
    </>
  )
}

/** As the queue names it; by its id where it is not known here. */
function RowName({ target }: { target: BulkPreview['rows'][number]['target'] }) {
  return <bdi>{target.title === undefined ? target.id : <MoneyText>{target.title}</MoneyText>}</bdi>
}
