import type { CheckedCorrections, Queue } from '@countersign/sdk/wire/queues.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { Button } from '@countersign/ui/button.tsx'
import { Field } from '@countersign/ui/field.tsx'
import { FileInput } from '@countersign/ui/file-input.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useClient } from '../client-context.tsx'
import { ConfirmDialog } from '../confirm-dialog.tsx'
import { EntityLink } from '../entity-link.tsx'
import { commaList } from '../format-list.ts'
import { useText } from '../messages.ts'
import { describeProblem } from '../problem-notice.tsx'
import { actionsQuery } from '../queries.ts'
import { useIntent } from '../use-intent.ts'
import styles from './queue.module.css'

/** Refused rows that are listed; the file has all of them. */
const REFUSED_SHOWN = 50
/** Reasons of an action that are named as examples. */
const CODES_NAMED = 3

/** A list that was downloaded and filled in: what it would do, row by row, and each request of it confirmed by itself. */
export default function CorrectionsDialog({ queue, onClose }: { queue: Queue; onClose: () => void }) {
  const t = useText()
  const client = useClient()
  const check = useMutation({
    mutationFn: async (file: File) => client.checkCorrections(queue.name, await file.text()),
  })
  const { data: actions = [] } = useQuery(actionsQuery(client))
  const offered = actions.filter(({ type, bulk }) => bulk === true && queue.actions?.includes(type))
  return (
    <ConfirmDialog size="sheet" title={t('queue.file.title')} onClose={onClose}>
      <div className={styles.stack}>
        <Field label={t('queue.file.choose')} hint={t('queue.file.hint')}>
          {(control) => (
            <FileInput
              {...control}
              chosen={check.variables?.name ?? null}
              chooseLabel={t('evidence.chooseFile')}
              noneLabel={t('evidence.noneChosen')}
              accept=".csv,text/csv"
              onChange={(event) => {
                const [file] = event.target.files ?? []
                if (file) check.mutate(file)
              }}
            />
          )}
        </Field>
        {offered.length === 0 ? null : (
          <ul className={styles.said}>
            {offered.map(({ type, title, reasons }) => (
              <li key={type}>
                {t('queue.file.write', {
                  action: title,
                  codes: commaList(
                    reasons.slice(0, CODES_NAMED).map(({ code }) => code),
                    t,
                  ),
                })}
              </li>
            ))}
          </ul>
        )}
        <section aria-live="polite" className={styles.stack}>
          {check.isPending ? <Skeleton lines={4} label={t('queue.file.checking')} /> : null}
          {check.isError ? <Banner tone="danger">{describeProblem(check.error, t).detail}</Banner> : null}
          {check.data === undefined || check.isPending ? null : <Verdict checked={check.data} />}
        </section>
      </div>
    </ConfirmDialog>
  )
}

function Verdict({ checked }: { checked: CheckedCorrections }) {
  const t = useText()
  const refused = checked.rows.filter(({ accepted }) => !accepted)
  return (
    <>
      {checked.rows.length === 0 ? <p>{t('queue.file.nothing')}</p> : null}
      {checked.requests.map((request) => (
        <Confirmable key={request.body.preview_digest} request={request} />
      ))}
      {refused.length === 0 ? null : (
        <>
          <p>{t('queue.file.refused', { count: refused.length })}</p>
          <ul className={styles.refused}>
            {refused.slice(0, REFUSED_SHOWN).map(({ line, item, message }) => (
              <li key={line}>{t('queue.file.line', { line, item, why: message ?? '' })}</li>
            ))}
          </ul>
        </>
      )}
      {checked.untouched > 0 ? (
        <p className={styles.said}>{t('queue.file.untouched', { count: checked.untouched })}</p>
      ) : null}
    </>
  )
}

/** Rows that ask for the same thing: one request, made once it is confirmed. */
function Confirmable({ request }: { request: CheckedCorrections['requests'][number] }) {
  const t = useText()
  const client = useClient()
  const queries = useQueryClient()
  const [made, setMade] = useState<string | null>(null)
  const intent = useIntent(
    (body: typeof request.body, key: string) => client.submitBulk({ type: request.type, ...body }, key),
    ({ id }: { id: string }) => {
      setMade(id)
      void queries.invalidateQueries({ queryKey: ['requests'] })
      void queries.invalidateQueries({ queryKey: ['approvals'] })
    },
  )
  const { state } = intent
  const asks = request.approvals.required > 0
  return (
    <div className={styles.confirmable}>
      <p>
        <strong>{request.title}</strong> · {t('queue.file.rows', { count: request.count })} ·{' '}
        {request.body.reason.code}
        {request.body.reason.note === undefined ? null : ` · ${request.body.reason.note}`}
      </p>
      {made !== null ? (
        <EntityLink to={{ kind: 'request', id: made }}>{t('queue.file.follow')}</EntityLink>
      ) : (
        <Button
          size="small"
          variant="primary"
          busy={state.phase === 'sending'}
          onClick={() => intent.send(state.phase === 'undecided' ? state.body : request.body)}
        >
          {t(asks ? 'queue.file.ask' : 'queue.file.do')}
        </Button>
      )}
      {state.phase === 'refused' || state.phase === 'undecided' ? (
        <Banner tone="danger">{describeProblem(state.error, t).detail}</Banner>
      ) : null}
    </div>
  )
}
