import type { FileToAttach } from '@countersign/sdk/client.ts'
import { ProblemError } from '@countersign/sdk/problem.ts'
import type { EvidencePage } from '@countersign/sdk/wire/evidence.ts'
import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import { Button } from '@countersign/ui/button.tsx'
import { Field } from '@countersign/ui/field.tsx'
import { FileInput } from '@countersign/ui/file-input.tsx'
import { Select } from '@countersign/ui/text-input.tsx'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { formatBytes } from '../bytes.ts'
import { useClient } from '../client-context.tsx'
import { formatList } from '../format-list.ts'
import { useLanguage, useText } from '../messages.ts'
import { describeProblem } from '../problem-notice.tsx'
import { useIntent } from '../use-intent.ts'
import styles from './evidence.module.css'

/** Attaches a file. It stays chosen until it has been taken. */
export function AttachForm({ of, accepts }: { of: EntityRef; accepts: EvidencePage['accepts'] }) {
  const t = useText()
  const language = useLanguage()
  const client = useClient()
  const queries = useQueryClient()
  const input = useRef<HTMLInputElement>(null)
  const [file, setFile] = useState<File | null>(null)
  const [retention, setRetention] = useState(accepts.retention[0]?.name ?? '')
  const [asked, setAsked] = useState(false)
  const [attached, setAttached] = useState<string | null>(null)
  const intent = useIntent<FileToAttach, { id: string }>(
    (body, key) => client.attachEvidence(of, body, key),
    () => {
      setAttached(file?.name ?? '')
      setFile(null)
      setAsked(false)
      if (input.current !== null) input.current.value = ''
      intent.restart()
      void queries.invalidateQueries({ queryKey: ['evidence', of.kind, of.id] })
    },
  )
  const { state } = intent
  const sending = state.phase === 'sending'
  const undecided = state.phase === 'undecided'
  const size = (bytes: number) => formatBytes(bytes, language)
  const tooLarge =
    file !== null && file.size > accepts.max_bytes
      ? t('evidence.tooLarge', { size: size(file.size), max: size(accepts.max_bytes) })
      : undefined
  const missing = asked && file === null ? t('evidence.choose') : undefined

  const send = (event: FormEvent) => {
    event.preventDefault()
    setAsked(true)
    setAttached(null)
    if (file === null || tooLarge !== undefined) {
      input.current?.focus()
      return
    }
    intent.send({ name: file.name, type: file.type, retention, content: file })
  }
  return (
    <form className={styles.form} onSubmit={send}>
      <Field
        label={t('evidence.file')}
        hint={t('evidence.fileHint', {
          types: formatList(
            accepts.types.map(({ title }) => title),
            language,
            'disjunction',
          ),
          size: size(accepts.max_bytes),
        })}
        error={tooLarge ?? missing}
      >
        {(control) => (
          <FileInput
            {...control}
            ref={input}
            chosen={file?.name ?? null}
            chooseLabel={t('evidence.chooseFile')}
            noneLabel={t('evidence.noneChosen')}
            accept={accepts.types.map(({ type }) => type).join(',')}
            disabled={undecided || sending}
            onChange={(event) => {
              setFile(event.target.files?.[0] ?? null)
              setAttached(null)
            }}
          />
        )}
      </Field>
      <Field label={t('evidence.retention')}>
        {(control) => (
          <Select
            {...control}
            value={retention}
            disabled={undecided || sending}
            onChange={(event) => setRetention(event.target.value)}
          >
            {accepts.retention.map(({ name, title }) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {state.phase === 'refused' ? (
        <p className={styles.problem} role="alert">
          {t('evidence.notAttached', { why: whyOf(state.error, t) })}
        </p>
      ) : null}
      {undecided ? (
        <p className={styles.problem} role="alert">
          {t('evidence.undecided', { why: whyOf(state.error, t) })}
        </p>
      ) : null}
      <div className={styles.send}>
        <Button submits busy={sending}>
          {t(undecided ? 'evidence.sendAgain' : 'evidence.attach')}
        </Button>
        <span role="status" className={styles.aside}>
          {attached === null ? '' : t('evidence.attached', { name: attached })}
        </span>
      </div>
    </form>
  )
}

function whyOf(error: unknown, t: ReturnType<typeof useText>): string {
  if (error instanceof ProblemError) return error.problem.detail ?? error.problem.title
  return describeProblem(error, t).detail
}
