import { FIRST_FOCUS } from '@countersign/ui/dialog.tsx'
import { Field } from '@countersign/ui/field.tsx'
import { TextInput } from '@countersign/ui/text-input.tsx'
import { type FormEvent, useState } from 'react'
import { ConfirmDialog } from '../confirm-dialog.tsx'
import { useText } from '../messages.ts'
import styles from './queue.module.css'

/** What a view is to be called that is kept. */
export default function NameView({
  busy,
  problem,
  onClose,
  onName,
}: {
  busy: boolean
  problem: string | undefined
  onClose: () => void
  onName: (name: string) => void
}) {
  const t = useText()
  const [name, setName] = useState('')
  const barred = name.trim() === '' ? t('queue.views.unnamed') : undefined
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (barred === undefined && !busy) onName(name)
  }
  return (
    <ConfirmDialog
      title={t('queue.views.saving')}
      onClose={onClose}
      confirm={{ label: t('queue.views.keep'), busy, barred, run: () => onName(name) }}
    >
      <form onSubmit={submit} className={styles.typed}>
        <Field label={t('queue.views.name')} hint={t('queue.views.name.hint')} error={problem} required>
          {(control) => (
            <TextInput
              {...control}
              {...FIRST_FOCUS}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
      </form>
    </ConfirmDialog>
  )
}
