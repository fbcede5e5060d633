import type { QueueColumn } from '@countersign/sdk/wire.ts'
import { Chip } from '@countersign/ui/chip.tsx'
import { Menu } from '@countersign/ui/menu.tsx'
import type { ConsoleWeb } from '../console-web.ts'
import { type Translate, useText } from '../messages.ts'
import type { QueueList } from '../queries.ts'
import styles from './queue.module.css'

type Filter = { key: string; title: string; many: boolean; options: { value: string; title: string }[] }

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
  return (
    <div className={styles.filters}>
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
            {titles.join(', ')}
          </Chip>,
        ]
      })}
      <Menu
        label={t('queue.filter.add')}
        align="start"
        button={<span className={styles.quiet}>{t('queue.filter.add')}</span>}
        groups={filters.map((filter) => ({
          key: filter.key,
          title: filter.title,
          items: filter.options.map(({ value, title }) => ({
            key: value,
            label: title,
            checked: (list[filter.key] ?? '').split(',').includes(value),
            onSelect: () => onChange(toggled(list, filter, value)),
          })),
        }))}
      />
      <span className={styles.sort}>
        <Menu
          label={t('queue.sort')}
          button={<span className={styles.quiet}>{t(SORT_TITLES[sort])}</span>}
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

/** Chooses a value of a filter that takes one, or adds it to or takes it from one that takes many. */
export function toggled(list: QueueList, filter: Pick<Filter, 'key' | 'many'>, value: string): QueueList {
  const chosen = (list[filter.key] ?? '').split(',').filter(Boolean)
  if (chosen.includes(value)) {
    const left = chosen.filter((one) => one !== value)
    return withParam(list, filter.key, left.length === 0 ? undefined : left.join(','))
  }
  return withParam(list, filter.key, filter.many ? [...chosen, value].join(',') : value)
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
      key: 'state',
      title: t('queue.filter.state'),
      many: false,
      options: [{ value: 'done', title: t('queue.filter.state.done') }],
    },
  ]
}

function columnFilters(columns: QueueColumn[], console: ConsoleWeb, t: Translate): Filter[] {
  return columns.flatMap((column) => {
    const options = column.options ?? []
    if (column.filter === undefined || options.length === 0) return []
    const labels = console.columnLabels[column.key] ?? {}
    return [
      {
        key: column.key,
        title: column.title,
        many: column.filter === 'in',
        options: options.map((option) => {
          const { value, title } = typeof option === 'string' ? { value: option, title: option } : option
          const label = labels[value]
          return { value, title: label === undefined ? title : t(label) }
        }),
      },
    ]
  })
}

function titleOf(filter: Filter, value: string): string {
  return filter.options.find((option) => option.value === value)?.title ?? value
}
