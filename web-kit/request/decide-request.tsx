import type { ApproveRequest } from '@countersign/sdk/client.ts'
import { ProblemError } from '@countersign/sdk/problem.ts'
import type { Approval, PendingRequest } from '@countersign/sdk/wire/approvals.ts'
import type { ActionRequest } from '@countersign/sdk/wire/requests.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { Button } from '@countersign/ui/button.tsx'
import { Field } from '@countersign/ui/field.tsx'
import { TextArea } from '@countersign/ui/text-input.tsx'
import { useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { NOTE_LONGEST_CHARS } from '../action-sheet/sheet-state.ts'
import { useDraft } from '../action-sheet/use-draft.ts'
import { useClient } from '../client-context.tsx'
import { useKeys } from '../keymap.tsx'
import { useText } from '../messages.ts'
import { describeProblem } from '../problem-notice.tsx'
import { isSignInAsked, StepUpBanner, stepUpAsked } from '../step-up.tsx'
import { useBarredPress } from '../use-barred-press.ts'
import { useIntent } from '../use-intent.ts'
import styles from './request-detail.module.css'
import { approvalsGiven } from './request-state.ts'

/** Where a request is agreed to, with a note if there is something to say, or rejected. */
export function DecideRequest({
  request,
  approval,
  changed,
  onReject,
  onRenew,
  onDecided,
}: {
  request: PendingRequest
  approval: Approval
  changed: boolean
  onReject: () => void
  /** Of an emergency in force: for another term. */
  onRenew: (() => void) | undefined
  onDecided: (request: ActionRequest) => void
}) {
  const t = useText()
  const client = useClient()
  const queries = useQueryClient()
  const draft = useDraft({ place: `request:${request.id}`, type: 'approve' }, () => '')
  const note = draft.form
  const field = useRef<HTMLTextAreaElement>(null)
  const { state, send } = useIntent(
    async (body: ApproveRequest, key) => {
      try {
        return await client.approve(request.id, body, key)
      } catch (error) {
        // It would do something else by now: that is read, and shown in place of what was.
        if (isPreviewStale(error) || isUnopened(error))
          void queries.invalidateQueries({ queryKey: ['request', request.id] })
        throw error
      }
    },
    (answer: ActionRequest) => {
      draft.drop()
      onDecided(answer)
    },
  )
  const frozen = state.phase === 'sending' || state.phase === 'undecided'
  const failed = state.phase === 'refused' || state.phase === 'undecided' ? state.error : null
  const barred = approval.can_approve ? undefined : (approval.cannot_reason ?? t('record.notAllowed'))
  // Said beside what is to be opened; at the buttons a word of it is enough.
  const unopened = t('request.openFirst')
  const drifted = request.target_changed === true && request.drift_allowed === false
  // Whoever comes to sign finds it so: the server refuses, and what was signed before is void for good (K-40).
  const voids = drifted && approvalsGiven(request) > 0
  const cannot =
    barred ??
    request.unreadable ??
    (voids ? undefined : request.refused?.message) ??
    (isReadAnew(request) && request.current_preview === undefined ? t('request.reading') : undefined) ??
    (drifted && !voids ? t('request.drifted') : undefined) ??
    (changed ? t('request.changed') : undefined) ??
    ((request.to_open ?? []).length > 0 ? unopened : undefined)
  const explained = useBarredPress(cannot)
  const approve = () => {
    explained.pressed()
    if (cannot !== undefined || request.digest === null) return
    const said = voids ? '' : note.trim()
    send({
      digest: request.digest,
      ...(request.preview_digest === undefined ? {} : { preview_digest: request.preview_digest }),
      ...(said === '' ? {} : { note: said }),
    })
  }
  useKeys(t('request.keys'), [
    {
      keys: 'mod+Enter',
      label: t('request.approve'),
      run: approve,
      whileTyping: (typedIn) => typedIn === field.current,
    },
    { keys: 'r', label: t('request.reject'), run: onReject, when: () => barred === undefined },
  ])
  return (
    <>
      {isSignInAsked(failed) ? (
        <StepUpBanner
          maxAgeS={stepUpAsked(failed)}
          onLeave={() => {
            if (note !== '') draft.leave()
          }}
        />
      ) : null}
      {failed === null || isSignInAsked(failed) ? null : (
        <Banner tone={state.phase === 'undecided' ? 'attention' : 'danger'}>
          {state.phase === 'undecided' ? t('sheet.undecided') : describeProblem(failed, t).detail}
        </Banner>
      )}
      {barred !== undefined || voids ? null : (
        <details className={styles.note} open={draft.restored || undefined}>
          <summary>{t('request.note')}</summary>
          <Field label={t('request.note.label')} hint={t('sheet.note.optional')}>
            {(control) => (
              <TextArea
                {...control}
                ref={field}
                dir={note === '' ? undefined : 'auto'}
                maxLength={NOTE_LONGEST_CHARS}
                readOnly={frozen}
                value={note}
                onChange={(event) => draft.change(event.target.value)}
              />
            )}
          </Field>
        </details>
      )}
      {onRenew === undefined ? null : (
        <ul className={styles.lead}>
          {CHOICES.map(([label, meaning]) => (
            <li key={label}>
              <strong>{t(label)}</strong>: {t(meaning)}
            </li>
          ))}
        </ul>
      )}
      <div className={styles.actions} data-apart>
        <p role="status" className={styles.said}>
          {explained.said === unopened ? t('request.openFirst.said') : explained.said}
        </p>
        <Button keys="r" disabledReason={barred} onClick={onReject}>
          {t('request.reject')}
        </Button>
        {onRenew === undefined ? null : (
          <Button disabledReason={barred} onClick={onRenew}>
            {t('request.renew')}
          </Button>
        )}
        <Button
          variant="primary"
          keys="mod+Enter"
          busy={state.phase === 'sending'}
          disabledReason={cannot}
          onClick={approve}
        >
          {state.phase === 'undecided'
            ? t('sheet.sendAgain')
            : t(voids ? 'request.voidSignatures' : 'request.approve')}
        </Button>
      </div>
    </>
  )
}

/** Of an emergency in force: which answer ends what. */
const CHOICES = [
  ['request.reject', 'request.reject.emergency'],
  ['request.renew', 'request.renew.emergency'],
  ['request.approve', 'request.approve.emergency'],
] as const

/** Of one record: what it would do is reckoned when it is read, and once more when it is signed. */
function isReadAnew({ state, bulk }: PendingRequest): boolean {
  return state === 'pending' && bulk === undefined
}

/** What was opened has been edited since, or was opened too long ago. */
function isUnopened(error: unknown): boolean {
  return error instanceof ProblemError && error.problem.code === 'not_opened'
}

function isPreviewStale(error: unknown): boolean {
  return error instanceof ProblemError && error.problem.code === 'preview_stale'
}
