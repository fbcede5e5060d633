import type { QueueColumn } from '@countersign/sdk/wire/queues.ts'
import { Chip } from '@countersign/ui/chip.tsx'
import { FIRST_FOCUS } from '@countersign/ui/dialog.tsx'
import { Field } from '@countersign/ui/field.tsx'
import { Menu } from '@countersign/ui/menu.tsx'
import { TextInput } from '@countersign/ui/text-input.tsx'
import { type FormEvent, useRef, useState } from 'react'
import { ConfirmDialog } from '../confirm-dialog.tsx'
import type { ConsoleWeb } from '../console-web.ts'
import { commaList } from '../format-list.ts'
import { useKeys } from '../keymap.tsx'
import { type Translate, useText } from '../messages.ts'
import type { QueueList } from '../queries.ts'
import styles from './queue.module.css'

/** One without options takes what is typed. */
type Filter = {
  key: string
  title: string
  many: boolean
  options: { value: string; title: string }[] | null
}

/** The sorts that every queue has, the first being its own. */
const SORTS = ['due_at', 'opened_at', '-opened_at'] as const
const SORT_TITLES = {
  due_at: 'queue.sort.due',
  opened_at: 'queue.sort.oldest',
  '-opened_at': 'queue.sort.newest',
} as const

/** The filters in force as chips, a menu of those that there are, and the sort. */
export function QueueFilterBar({
  columns,
  list,
  console,
  onChange,
}: {
  columns: QueueColumn[]
  list: QueueList
  console: ConsoleWeb
  onChange: (list: QueueList) => void
}) {
  const t = useText()
  const filters = [...ownFilters(t), ...columnFilters(columns, console, t)]
  const sort = SORTS.find((one) => one === list.sort) ?? SORTS[0]
  const [typing, setTyping] = useState<Filter | null>(null)
  const menu = useRef<HTMLButtonElement>(null)
  useKeys(t('queue.keys'), [{ keys: 'F', label: t('queue.key.filter'), run: () => menu.current?.click() }])
  return (
    <div className={styles.filters}>
      {typing === null ? null : (
        <TypedFilter
          title={typing.title}
          value={list[typing.key] ?? ''}
          onClose={() => setTyping(null)}
          onValue={(value) => {
            setTyping(null)
            onChange(withParam(list, typing.key, value))
          }}
        />
      )}
      {filters.flatMap((filter) => {
        const value = list[filter.key]
        if (value === undefined) return []
        const titles = value.split(',').map((one) => titleOf(filter, one))
        return [
          <Chip
            key={filter.key}
            label={filter.title}
            removeLabel={t('queue.filter.remove', { name: filter.title })}
            onRemove={() => onChange(withParam(list, filter.key, undefined))}
          >
            {commaList(titles, t)}
          </Chip>,
        ]
      })}
      <Menu
        label={t('queue.filter.add')}
        triggerRef={menu}
        align="start"
        button={<span className={styles.quiet}>{t('queue.filter.add')}</span>}
        groups={filters.map((filter) => ({
          key: filter.key,
          title: filter.title,
          items:
            filter.options === null
              ? [{ key: 'typed', label: t('queue.filter.typed'), onSelect: () => setTyping(filter) }]
              : filter.options.map(({ value, title }) => ({
                  key: value,
                  label: title,
                  checked: (list[filter.key] ?? '').split(',').includes(value),
                  onSelect: () => onChange(toggled(list, filter, value)),
                })),
        }))}
      />
      <span className={styles.sort}>
        <Menu
          label={t('queue.columns')}
          button={<span className={styles.quiet}>{t('queue.columns')}</span>}
          groups={[
            {
              key: 'columns',
              title: t('queue.columns'),
              items: columns
                .filter(({ key }) => !console.hiddenColumns.includes(key))
                .map(({ key, title }) => ({
                  key,
                  label: title,
                  checked: (list.columns ?? key).split(',').includes(key),
                  onSelect: () => onChange(withColumn(list, columns, key)),
                })),
            },
          ]}
        />
        <Menu
          label={t('queue.sort')}
          button={<span className={styles.quiet}>{t('queue.sortedBy', { sort: t(SORT_TITLES[sort]) })}</span>}
          groups={[
            {
              key: 'sort',
              title: t('queue.sort'),
              items: SORTS.map((one) => ({
                key: one,
                label: t(SORT_TITLES[one]),
                checked: one === sort,
                onSelect: () => onChange(withParam(list, 'sort', one === SORTS[0] ? undefined : one)),
              })),
            },
          ]}
        />
      </span>
    </div>
  )
}

/** Asks for the values of a filter that has no list of them. */
function TypedFilter({
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

/** Chooses a value of a filter that takes one, or adds it to or takes it from one that takes many. */
export function toggled(list: QueueList, filter: Pick<Filter, 'key' | 'many'>, value: string): QueueList {
  const chosen = (list[filter.key] ?? '').split(',').filter(Boolean)
  if (chosen.includes(value)) {
    const left = chosen.filter((one) => one !== value)
    return withParam(list, filter.key, left.length === 0 ? undefined : left.join(','))
  }
  return withParam(list, filter.key, filter.many ? [...chosen, value].join(',') : value)
}

/** A column more or less; all of them, or none, are what the queue has anyway. */
function withColumn(list: QueueList, columns: QueueColumn[], key: string): QueueList {
  const all = columns.map((column) => column.key)
  const shown = (list.columns?.split(',') ?? all).filter((one) => all.includes(one))
  const next = all.filter((one) => (one === key ? !shown.includes(key) : shown.includes(one)))
  return withParam(
    list,
    'columns',
    next.length === 0 || next.length === all.length ? undefined : next.join(','),
  )
}

function withParam(list: QueueList, key: string, value: string | undefined): QueueList {
  const { [key]: _, ...others } = list
  return value === undefined ? others : { ...others, [key]: value }
}

/** The filters that every queue has. */
function ownFilters(t: Translate): Filter[] {
  return [
    {
      key: 'assignee',
      title: t('queue.filter.assignee'),
      many: false,
      options: [
        { value: 'me', title: t('queue.filter.assignee.me') },
        { value: 'none', title: t('queue.filter.assignee.none') },
      ],
    },
    {
      key: 'snoozed',
      title: t('queue.filter.snoozed'),
      many: false,
      options: [
        { value: 'yes', title: t('queue.filter.snoozed.yes') },
        { value: 'any', title: t('queue.filter.snoozed.any') },
      ],
    },
    {
      key: 'state',
      title: t('queue.filter.state'),
      many: false,
      options: [{ value: 'done', title: t('queue.filter.state.done') }],
    },
  ]
}

function columnFilters(columns: QueueColumn[], console: ConsoleWeb, t: Translate): Filter[] {
  return columns.flatMap((column) => {
    if (column.filter === undefined) return []
    const { options = [] } = column
    const labels = console.columnLabels[column.key] ?? {}
    return [
      {
        key: column.key,
        title: column.title,
        many: column.filter === 'in',
        options:
          options.length === 0
            ? null
            : options.map((option) => {
                const { value, title } =
                  typeof option === 'string' ? { value: option, title: option } : option
                const label = labels[value]
                return { value, title: label === undefined ? title : t(label) }
              }),
      },
    ]
  })
}

function titleOf(filter: Filter, value: string): string {
  return filter.options?.find((option) => option.value === value)?.title ?? value
}
