import { ProblemError } from '@countersign/sdk/problem.ts'
import type { NoteToWrite } from '@countersign/sdk/wire/notes.ts'
import type { TimelineNote } from '@countersign/sdk/wire/timeline.ts'
import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import { Button } from '@countersign/ui/button.tsx'
import { Field } from '@countersign/ui/field.tsx'
import { TextArea } from '@countersign/ui/text-input.tsx'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useEffect, useId, useRef, useState } from 'react'
import { useClient } from '../client-context.tsx'
import { useKeys } from '../keymap.tsx'
import { useText } from '../messages.ts'
import { describeProblem } from '../problem-notice.tsx'
import { SectionHeading } from '../section-heading.tsx'
import { useIntent } from '../use-intent.ts'
import { MentionPicker } from './mention-picker.tsx'
import { keepNoteDraft, type NoteDraft, noteDraftOf } from './note-drafts.ts'
import styles from './notes.module.css'

/** As the server has it, in UTF-16 code units. */
const NOTE_TEXT_MAX_CHARACTERS = 4_000

/** Where a note on a record is written, and whom it mentions. What was typed stays until it has been taken. */
export function NoteComposer({
  of,
  allowed,
  correcting,
  onCorrected,
}: {
  of: EntityRef
  /** Whether whoever reads the record may write beside it. */
  allowed: boolean
  /** The note that the next one corrects. */
  correcting: TimelineNote | null
  /** The correction is written, or not wanted any more. */
  onCorrected: () => void
}) {
  const t = useText()
  const client = useClient()
  const queries = useQueryClient()
  const id = useId()
  const field = useRef<HTMLTextAreaElement>(null)
  const record = `${of.kind}:${of.id}`
  const [draft, setDraft] = useState<NoteDraft>(() => noteDraftOf(record))
  const [asked, setAsked] = useState(false)
  const [sent, setSent] = useState(false)

  const change = (next: NoteDraft) => {
    setDraft(next)
    setSent(false)
    keepNoteDraft(record, next)
  }
  const intent = useIntent<NoteToWrite, { id: string }>(
    (note, key) => client.writeNote(of, note, key),
    () => {
      change({ text: '', people: [] })
      setAsked(false)
      setSent(true)
      onCorrected()
      intent.restart()
      void queries.invalidateQueries({ queryKey: ['timeline', of.kind, of.id] })
    },
  )
  const { state } = intent
  const undecided = state.phase === 'undecided'
  const sending = state.phase === 'sending'
  const over = draft.text.length - NOTE_TEXT_MAX_CHARACTERS
  const fault =
    over > 0
      ? t('notes.tooLong', { count: over })
      : asked && draft.text.trim() === ''
        ? t('notes.empty')
        : undefined
  const refused = state.phase === 'refused' ? state.error : undefined
  const errorAt = (name: string) =>
    refused instanceof ProblemError
      ? refused.problem.errors?.find(({ field: at }) => at.split('.')[0] === name)?.message
      : undefined

  const send = () => {
    setAsked(true)
    if (over > 0 || (draft.text.trim() === '' && !undecided)) {
      field.current?.focus()
      return
    }
    intent.send({
      text: draft.text,
      mentions: draft.people.map((person) => person.id),
      ...(correcting === null ? {} : { corrects: correcting.id }),
    })
  }
  useKeys(t('notes.keys'), [
    { keys: 'n', label: t('notes.key'), run: () => field.current?.focus(), when: () => allowed },
    {
      keys: 'mod+Enter',
      label: '',
      run: send,
      whileTyping: true,
      when: () => document.activeElement === field.current,
    },
  ])
  useEffect(() => {
    if (correcting !== null) field.current?.focus()
  }, [correcting])

  if (!allowed) return <p className={styles.aside}>{t('notes.notYours')}</p>
  return (
    <section className={styles.composer} aria-labelledby={id}>
      <div id={id}>
        <SectionHeading>{t(correcting === null ? 'notes.title' : 'notes.correctTitle')}</SectionHeading>
      </div>
      {correcting === null ? null : (
        <blockquote className={styles.correcting} dir="auto">
          {correcting.text}
        </blockquote>
      )}
      <form
        className={styles.fields}
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          send()
        }}
      >
        <Field label={t('notes.text')} hint={t('notes.hint')} error={fault ?? errorAt('text')}>
          {(control) => (
            <TextArea
              {...control}
              ref={field}
              dir={draft.text === '' ? undefined : 'auto'}
              value={draft.text}
              readOnly={undecided || sending}
              onChange={(event) => change({ ...draft, text: event.target.value })}
            />
          )}
        </Field>
        <MentionPicker
          of={of}
          people={draft.people}
          onChange={(people) => change({ ...draft, people })}
          error={errorAt('mentions')}
        />
        {refused === undefined ? null : (
          <p className={styles.problem} role="alert">
            {t('notes.notSent', { why: describeProblem(refused, t).detail })}
          </p>
        )}
        {undecided ? (
          <p className={styles.problem} role="alert">
            {t('notes.undecided')}
          </p>
        ) : null}
        <div className={styles.send}>
          <Button submits busy={sending}>
            {t(undecided ? 'notes.sendAgain' : correcting === null ? 'notes.send' : 'notes.sendCorrection')}
          </Button>
          {correcting === null ? null : (
            <Button variant="quiet" onClick={onCorrected}>
              {t('notes.cancelCorrection')}
            </Button>
          )}
          <span role="status" className={styles.aside}>
            {sent ? t('notes.sent') : ''}
          </span>
        </div>
      </form>
    </section>
  )
}
