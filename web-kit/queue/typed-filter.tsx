import { FIRST_FOCUS } from '@countersign/ui/dialog.tsx'
import { Field } from '@countersign/ui/field.tsx'
import { TextInput } from '@countersign/ui/text-input.tsx'
import { type FormEvent, useState } from 'react'
import { ConfirmDialog } from '../confirm-dialog.tsx'
import { useText } from '../messages.ts'
import styles from './queue.module.css'

/** Asks for the values of a filter that has no list of them. */
export default function TypedFilter({
  title,
  value,
  onClose,
  onValue,
}: {
  title: string
  value: string
  onClose: () => void
  onValue: (value: string | undefined) => void
}) {
  const t = useText()
  const [text, setText] = useState(value)
  function apply() {
    const values = text.split(',').flatMap((one) => (one.trim() === '' ? [] : [one.trim()]))
    onValue(values.length === 0 ? undefined : values.join(','))
  }
  function submit(event: FormEvent) {
    event.preventDefault()
    apply()
  }
  return (
    <ConfirmDialog title={title} onClose={onClose} confirm={{ label: t('queue.filter.apply'), run: apply }}>
      <form onSubmit={submit} className={styles.typed}>
        <Field label={t('queue.filter.values')} hint={t('queue.filter.values.hint')}>
          {(control) => (
            <TextInput
              {...control}
              {...FIRST_FOCUS}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
      </form>
    </ConfirmDialog>
  )
}
