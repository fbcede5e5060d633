import type { ActionRequest } from '@countersign/sdk/wire.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { Button } from '@countersign/ui/button.tsx'
import { Dialog, FIRST_FOCUS } from '@countersign/ui/dialog.tsx'
import { Field } from '@countersign/ui/field.tsx'
import { TextArea } from '@countersign/ui/text-input.tsx'
import { useState } from 'react'
import { useClient } from '../client-context.tsx'
import { useKeys } from '../keymap.tsx'
import { useText } from '../messages.ts'
import { describeProblem } from '../problem-notice.tsx'
import { useIntent } from '../use-intent.ts'

export const REASON_LONGEST_CHARS = 500

/** Asks for the reason and ends a request: a rejection by an approver, or a cancellation by who asked. */
export function EndRequestDialog({
  request,
  how,
  onClose,
  onDone,
}: {
  request: ActionRequest
  how: 'reject' | 'cancel'
  onClose: () => void
  onDone: (request: ActionRequest) => void
}) {
  const t = useText()
  const client = useClient()
  const [reason, setReason] = useState('')
  const [asked, setAsked] = useState(false)
  const { state, send } = useIntent(
    (body: { reason: string }, key) => client[how](request.id, body, key),
    onDone,
  )
  const missing = reason.trim() === ''
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
        label: t(how === 'reject' ? 'request.reject' : 'request.cancel'),
        whileTyping: true,
        run: submit,
      },
    ],
    { modal: true },
  )

  return (
    <Dialog
      title={t(how === 'reject' ? 'request.rejectTitle' : 'request.cancelTitle', { title: request.title })}
      onClose={onClose}
      footer={
        <>
          <Button variant="quiet" onClick={onClose}>
            {t('request.keep')}
          </Button>
          <Button variant="danger" keys="mod+Enter" busy={state.phase === 'sending'} onClick={submit}>
            {t(how === 'reject' ? 'request.reject' : 'request.cancel')}
          </Button>
        </>
      }
    >
      <p>{t(how === 'reject' ? 'request.rejectLead' : 'request.cancelLead')}</p>
      <br />
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
            maxLength={REASON_LONGEST_CHARS}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      {failed === null ? null : <Banner tone="danger">{describeProblem(failed, t).detail}</Banner>}
    </Dialog>
  )
}
