import type { QueueColumn } from '@countersign/sdk/wire/queues.ts'
import { Chip } from '@countersign/ui/chip.tsx'
import { Menu } from '@countersign/ui/menu.tsx'
import { Suspense, useRef, useState } from 'react'
import type { ConsoleWeb } from '../console-web.ts'
import { commaList } from '../format-list.ts'
import { useKeys } from '../keymap.tsx'
import { lazyDialog } from '../lazy-part.tsx'
import { type Translate, useText } from '../messages.ts'
import type { QueueList } from '../queries.ts'
import styles from './queue.module.css'

const TypedFilter = lazyDialog(() => import('./typed-filter.tsx'), 'queue.key.filter')

/** One without options takes what is typed. */
type Filter = {
  key: string
  title: string
  many: boolean
  options: { value: string; title: string }[] | null
}

/** The sorts that there are, the first being a queue's own. */
const SORTS = ['due_at', 'opened_at', '-opened_at', 'deadline'] as const
/** Of a queue whose items have deadlines of their own. */
const NOT_OF_EVERY = 'deadline'
const SORT_TITLES = {
  due_at: 'queue.sort.due',
  opened_at: 'queue.sort.oldest',
  '-opened_at': 'queue.sort.newest',
  deadline: 'queue.sort.deadline',
} as const

/** The filters in force as chips, a menu of those that there are, and the sort. */
export function QueueFilterBar({
  columns,
  sorts = [],
  list,
  console,
  onChange,
}: {
  columns: QueueColumn[]
  /** As the queue says that it can be listed. */
  sorts?: readonly string[] | undefined
  list: QueueList
  console: ConsoleWeb
  onChange: (list: QueueList) => void
}) {
  const t = useText()
  const filters = [...ownFilters(t), ...columnFilters(columns, console, t)]
  const offered = SORTS.filter((one) => one !== NOT_OF_EVERY || sorts.includes(one))
  const sort = offered.find((one) => one === list.sort) ?? SORTS[0]
  const [typing, setTyping] = useState<Filter | null>(null)
  const menu = useRef<HTMLButtonElement>(null)
  useKeys(t('queue.keys'), [{ keys: 'F', label: t('queue.key.filter'), run: () => menu.current?.click() }])
  return (
    <div className={styles.filters}>
      {typing === null ? null : (
        <Suspense>
          <TypedFilter
            title={typing.title}
            value={list[typing.key] ?? ''}
            onClose={() => setTyping(null)}
            onValue={(value) => {
              setTyping(null)
              onChange(withParam(list, typing.key, value))
            }}
          />
        </Suspense>
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
          many: filter.many,
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
              many: true,
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
              items: offered.map((one) => ({
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
