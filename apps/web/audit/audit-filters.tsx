import type { AuditQuery } from '@countersign/sdk/client.ts'
import { Button } from '@countersign/ui/button.tsx'
import { Chip } from '@countersign/ui/chip.tsx'
import { Select, TextInput } from '@countersign/ui/text-input.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { InstantInput } from '@countersign/web-kit/instant-field.tsx'
import { type Translate, useText } from '@countersign/web-kit/messages.ts'
import { AbsoluteTime } from '@countersign/web-kit/time.tsx'
import { type FormEvent, useState } from 'react'
import styles from './audit-page.module.css'
import { entryKinds, entrySeverities, worded } from './log-words.ts'

export const auditFilters = [
  'actor',
  'action',
  'target',
  'outcome',
  'kind',
  'severity',
  'from',
  'to',
  'text',
] as const
type FilterKey = (typeof auditFilters)[number]

const TITLES: Record<FilterKey, string> = {
  actor: 'audit.filter.actor',
  action: 'audit.filter.action',
  target: 'audit.filter.target',
  outcome: 'audit.filter.outcome',
  kind: 'audit.filter.kind',
  from: 'audit.filter.from',
  to: 'audit.filter.to',
  severity: 'audit.filter.severity',
  text: 'audit.filter.text',
}
const exportFormats = ['csv', 'json', 'bundle'] as const
const EXPORTS: Record<(typeof exportFormats)[number], string> = {
  csv: 'audit.export.csv',
  json: 'audit.export.json',
  bundle: 'audit.export.bundle',
}
/** What the log knows, where it is a closed list, and how each reads. */
const CHOICES: Partial<Record<FilterKey, Record<string, string>>> = {
  kind: entryKinds,
  severity: entrySeverities,
}
/** What can be typed, where it is more than what the log has. */
const HINTS: Partial<Record<FilterKey, string>> = {
  actor: 'audit.hint.actor',
  target: 'audit.hint.target',
  text: 'audit.hint.text',
}
const EXAMPLES: Partial<Record<FilterKey, string>> = {
  action: 'transfers.return_transfer',
  outcome: 'denied',
}

/** What the log is narrowed to, as chips; one more by its name and value; and the same as a file. */
export function AuditFilters({
  filters,
  exports = true,
  onChange,
}: {
  filters: AuditQuery
  /** Whether what is shown can be had as a file here. */
  exports?: boolean
  onChange: (filters: AuditQuery) => void
}) {
  const t = useText()
  const client = useClient()
  const [key, setKey] = useState<FilterKey>('actor')
  const [value, setValue] = useState('')

  function add(event: FormEvent) {
    event.preventDefault()
    const text = value.trim()
    if (text === '') return
    onChange({ ...filters, [key]: text })
    setValue('')
  }

  return (
    <div className={styles.filters}>
      {auditFilters.flatMap((one) => {
        const text = filters[one]
        if (text === undefined) return []
        const { [one]: _, ...others } = filters
        return [
          <Chip
            key={one}
            label={t(TITLES[one])}
            removeLabel={t('queue.filter.remove', { name: t(TITLES[one]) })}
            onRemove={() => onChange(others)}
          >
            {one === 'from' || one === 'to' ? (
              <AbsoluteTime at={text} />
            ) : (
              worded(text, CHOICES[one] ?? {}, t)
            )}
          </Chip>,
        ]
      })}
      <form className={styles.add} onSubmit={add}>
        <select
          aria-label={t('audit.filter.by')}
          className={styles.by}
          value={key}
          onChange={(event) => {
            setKey(event.target.value as FilterKey)
            setValue('')
          }}
        >
          {auditFilters.map((one) => (
            <option key={one} value={one}>
              {t(TITLES[one])}
            </option>
          ))}
        </select>
        {key === 'from' || key === 'to' ? (
          <InstantInput
            key={key}
            control={{ 'aria-label': t(TITLES[key]) }}
            value={value}
            onChange={setValue}
          />
        ) : CHOICES[key] === undefined ? (
          <TextInput
            aria-label={t(TITLES[key])}
            {...placeholderOf(key, exports, t)}
            value={value}
            onChange={(event) => setValue(event.target.value)}
          />
        ) : (
          <Select
            aria-label={t(TITLES[key])}
            value={value}
            onChange={(event) => setValue(event.target.value)}
          >
            <option value="">{t('form.choose')}</option>
            {Object.entries(CHOICES[key]).map(([choice, label]) => (
              <option key={choice} value={choice}>
                {t(label)}
              </option>
            ))}
          </Select>
        )}
        <Button submits>{t('audit.filter.add')}</Button>
      </form>
      {exports ? (
        <span className={styles.exports}>
          {t('audit.export')}
          {exportFormats.map((format) => (
            <a key={format} href={client.auditExportPath(format, filters)} download>
              {t(EXPORTS[format])}
            </a>
          ))}
        </span>
      ) : null}
    </div>
  )
}

function placeholderOf(key: FilterKey, exports: boolean, t: Translate): { placeholder?: string } {
  const hint = HINTS[key]
  if (hint !== undefined) return { placeholder: t(hint) }
  const example = exports ? EXAMPLES[key] : undefined
  return example === undefined ? {} : { placeholder: example }
}
