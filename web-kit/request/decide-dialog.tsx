import type { ActionRequest } from '@countersign/sdk/wire/requests.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { Button } from '@countersign/ui/button.tsx'
import { Dialog, FIRST_FOCUS } from '@countersign/ui/dialog.tsx'
import { Field } from '@countersign/ui/field.tsx'
import { TextArea } from '@countersign/ui/text-input.tsx'
import { useState } from 'react'
import { NOTE_LONGEST_CHARS } from '../action-sheet/sheet-state.ts'
import { useDraft } from '../action-sheet/use-draft.ts'
import { useClient } from '../client-context.tsx'
import { useKeys } from '../keymap.tsx'
import { useText } from '../messages.ts'
import { describeRefusal } from '../problem-notice.tsx'
import { isSignInAsked, StepUpBanner, stepUpAsked } from '../step-up.tsx'
import { useIntent } from '../use-intent.ts'
import styles from './request-detail.module.css'
import { isEmergencyOpen, isUnderWayOverMany } from './request-state.ts'

const WORDS = {
  reject: { title: 'request.rejectTitle', lead: 'request.rejectLead', does: 'request.reject' },
  cancel: { title: 'request.cancelTitle', lead: 'request.cancelLead', does: 'request.cancel' },
  renew: { title: 'request.renewTitle', lead: 'request.renewLead', does: 'request.renew' },
} as const

/** Of what is being carried out on many records. */
const STOP = { title: 'request.stopTitle', lead: 'request.stopLead', does: 'request.stop' } as const

export const ENDINGS = ['reject', 'cancel', 'renew'] as const satisfies (keyof typeof WORDS)[]
export type Ending = (typeof ENDINGS)[number]

/** Asks for the reason of a rejection, of a cancellation by who asked, or of another term of an emergency. */
export function EndRequestDialog({
  request,
  how,
  onClose,
  onDone,
}: {
  request: ActionRequest
  how: Ending
  onClose: () => void
  onDone: (request: ActionRequest) => void
}) {
  const t = useText()
  const client = useClient()
  const draft = useDraft({ place: `request:${request.id}`, type: how }, () => '')
  const reason = draft.form
  const [asked, setAsked] = useState(false)
  const { state, send } = useIntent(
    (body: { reason: string }, key) => client[how](request.id, body, key),
    (answer: ActionRequest) => {
      draft.drop()
      onDone(answer)
    },
  )
  const words = how === 'cancel' && isUnderWayOverMany(request) ? STOP : WORDS[how]
  const missing = reason.trim() === ''
  const undecided = state.phase === 'undecided'
  const failed = state.phase === 'refused' || state.phase === 'undecided' ? state.error : null

  function submit() {
    setAsked(true)
    if (!missing) send({ reason: reason.trim() })
  }

  useKeys(
    t('request.keys'),
    [
      {
        keys: 'mod+Enter',
        label: t(words.does),
        whileTyping: true,
        run: submit,
      },
    ],
    { modal: true },
  )

  return (
    <Dialog
      title={t(words.title, { title: request.title })}
      onClose={onClose}
      footer={
        <>
          <Button variant="quiet" onClick={onClose}>
            {t('request.keep')}
          </Button>
          <Button
            variant={how === 'renew' || undecided ? 'primary' : 'danger'}
            keys="mod+Enter"
            busy={state.phase === 'sending'}
            onClick={submit}
          >
            {t(undecided ? 'sheet.sendAgain' : words.does)}
          </Button>
        </>
      }
    >
      <p className={styles.why}>
        {t(isEmergencyOpen(request) && how === 'reject' ? 'request.rejectEmergencyLead' : words.lead)}
      </p>
      <Field
        label={t('request.rejectReason')}
        required
        error={asked && missing ? t('form.required') : undefined}
      >
        {(control) => (
          <TextArea
            {...control}
            {...FIRST_FOCUS}
            rows={3}
            readOnly={undecided || state.phase === 'sending'}
            maxLength={NOTE_LONGEST_CHARS}
            value={reason}
            onChange={(event) => draft.change(event.target.value)}
          />
        )}
      </Field>
      {isSignInAsked(failed) ? (
        <StepUpBanner maxAgeS={stepUpAsked(failed)} onLeave={() => draft.leave()} />
      ) : failed === null ? null : (
        <Banner tone={undecided ? 'attention' : 'danger'}>
          {undecided ? t('sheet.undecided') : describeRefusal(failed, t)}
        </Banner>
      )}
    </Dialog>
  )
}
