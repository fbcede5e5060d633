import type { ListFilter, RecordList } from '@countersign/sdk/wire/lists.ts'
import { Chip } from '@countersign/ui/chip.tsx'
import { FIRST_FOCUS } from '@countersign/ui/dialog.tsx'
import { Field } from '@countersign/ui/field.tsx'
import { Menu } from '@countersign/ui/menu.tsx'
import { TextInput } from '@countersign/ui/text-input.tsx'
import { type FormEvent, useRef, useState } from 'react'
import { ConfirmDialog } from '../confirm-dialog.tsx'
import type { ConsoleWeb, StateLabel } from '../console-web.ts'
import { formatInstant } from '../duration.ts'
import { InstantField } from '../instant-field.tsx'
import { useKeys } from '../keymap.tsx'
import { useLanguage, useText } from '../messages.ts'
import { zone, zoneName } from '../preferences.ts'
import type { QueueList } from '../queries.ts'
import { useStoredValue } from '../stored-value.ts'
import styles from './list.module.css'
import { RecordChoice, useRecordName } from './record-choice.tsx'

/** The filters in force as chips, and a menu of those that there are. */
export function ListFilterBar({
  of,
  list,
  console,
  states,
  onChange,
}: {
  of: RecordList
  list: QueueList
  console: Pick<ConsoleWeb, 'columnLabels'>
  states: Record<string, StateLabel>
  onChange: (list: QueueList) => void
}) {
  const t = useText()
  const language = useLanguage()
  const timeZone = zoneName(useStoredValue(zone))
  const [typing, setTyping] = useState<ListFilter | null>(null)
  const menu = useRef<HTMLButtonElement>(null)
  useKeys(t('list.keys'), [{ keys: 'F', label: t('queue.key.filter'), run: () => menu.current?.click() }])
  if (of.filters.length === 0) return null
  const worded = ({ key, type }: ListFilter, value: string) => {
    if (type === 'instant') return formatInstant(value, language, timeZone)
    const label = states[value]?.label ?? console.columnLabels[key]?.[value]
    return label === undefined ? value : t(label)
  }
  const change = (key: string, value: string | undefined) => {
    const { [key]: _, ...others } = list
    onChange(value === undefined || value === '' ? others : { ...others, [key]: value })
  }
  return (
    <div className={styles.filters}>
      {typing === null ? null : (
        <TypedValue
          filter={typing}
          value={list[typing.key] ?? ''}
          onClose={() => setTyping(null)}
          onValue={(value) => {
            setTyping(null)
            change(typing.key, value)
          }}
        />
      )}
      {of.filters.flatMap((filter) => {
        const value = list[filter.key]
        if (value === undefined) return []
        return [
          <Chip
            key={filter.key}
            label={filter.title}
            removeLabel={t('queue.filter.remove', { name: filter.title })}
            onRemove={() => change(filter.key, undefined)}
          >
            {filter.record === undefined ? (
              worded(filter, value)
            ) : (
              <RecordName kind={filter.record} id={value} />
            )}
          </Chip>,
        ]
      })}
      <Menu
        label={t('queue.filter.add')}
        triggerRef={menu}
        align="start"
        button={<span className={styles.quiet}>{t('queue.filter.add')}</span>}
        groups={of.filters.map((filter) => ({
          key: filter.key,
          title: filter.title,
          many: false,
          items:
            filter.options === undefined
              ? [
                  {
                    key: 'typed',
                    label: t(filter.record === undefined ? 'list.filter.typed' : 'list.filter.chosen'),
                    onSelect: () => setTyping(filter),
                  },
                ]
              : filter.options.map((value) => ({
                  key: value,
                  label: worded(filter, value),
                  checked: list[filter.key] === value,
                  onSelect: () => change(filter.key, list[filter.key] === value ? undefined : value),
                })),
        }))}
      />
    </div>
  )
}

function RecordName({ kind, id }: { kind: string; id: string }) {
  return <bdi>{useRecordName(kind, id)}</bdi>
}

/** Asks for the value of a filter that has no fixed set of them. */
function TypedValue({
  filter: { title, type, hint, record },
  value,
  onClose,
  onValue,
}: {
  filter: ListFilter
  value: string
  onClose: () => void
  onValue: (value: string) => void
}) {
  const t = useText()
  const [text, setText] = useState(value)
  const [uncommitted, setUncommitted] = useState<string | null>(null)
  const apply = () => onValue(text.trim())
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (uncommitted === null) apply()
  }
  return (
    <ConfirmDialog
      title={title}
      onClose={onClose}
      confirm={{
        label: t('queue.filter.apply'),
        barred: uncommitted === null ? undefined : t('list.filter.record'),
        run: apply,
      }}
    >
      <form
        onSubmit={submit}
        className={record === undefined ? styles.typed : `${styles.typed} ${styles.choosing}`}
      >
        {record !== undefined ? (
          <Field label={t('list.filter.value')} hint={hint}>
            {(control) => (
              <RecordChoice
                kind={record}
                control={control}
                value={text}
                onChange={setText}
                onUncommitted={setUncommitted}
              />
            )}
          </Field>
        ) : type === 'instant' ? (
          <InstantField label={t('list.filter.value')} hint={hint} value={text} onChange={setText} />
        ) : (
          <Field label={t('list.filter.value')} hint={hint}>
            {(control) => (
              <TextInput
                {...control}
                {...FIRST_FOCUS}
                value={text}
                onChange={(event) => setText(event.target.value)}
              />
            )}
          </Field>
        )}
      </form>
    </ConfirmDialog>
  )
}
