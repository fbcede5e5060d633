import { RadioGroup } from '@countersign/ui/radio-group.tsx'
import { useState } from 'react'
import { useNow } from '../clock.ts'
import { ConfirmDialog } from '../confirm-dialog.tsx'
import { formatInstant } from '../duration.ts'
import { InstantField } from '../instant-field.tsx'
import { useLanguage, useText } from '../messages.ts'
import { zone, zoneName } from '../preferences.ts'
import { useStoredValue } from '../stored-value.ts'
import styles from './queue.module.css'
import { RefusedItems } from './refused-items.tsx'
import { useOnItems } from './use-on-items.ts'

const HOUR_MS = 3_600_000
const HOURS = { hour: 1, fourHours: 4, day: 24, week: 168 } as const
const LABELS = {
  hour: 'queue.snooze.hour',
  fourHours: 'queue.snooze.fourHours',
  day: 'queue.snooze.day',
  week: 'queue.snooze.week',
} as const
type When = keyof typeof HOURS | 'at'

/** Until when items are out of sight; their clock goes on. */
export function SnoozeDialog({
  queue,
  items,
  onDone,
  onClose,
}: {
  queue: string
  items: { id: string }[]
  /** All of them sleep. */
  onDone?: () => void
  onClose: () => void
}) {
  const t = useText()
  const language = useLanguage()
  const timeZone = zoneName(useStoredValue(zone))
  // What is offered is what is sent, however long one thinks about it.
  const [now] = useState(useNow())
  const [when, setWhen] = useState<When>('fourHours')
  const [at, setAt] = useState('')
  const snooze = useOnItems(queue)
  const until = when === 'at' ? Date.parse(at) : now + HOURS[when] * HOUR_MS
  const valid = Number.isFinite(until)
  return (
    <ConfirmDialog
      title={t('queue.snooze.title', { count: items.length })}
      onClose={onClose}
      confirm={{
        label: t('queue.snooze'),
        busy: snooze.isPending,
        barred: valid ? undefined : t('queue.snooze.when'),
        run: () =>
          snooze.mutate(
            {
              type: 'kernel.snooze_item',
              items: items.map(({ id }) => id),
              input: { until: new Date(until).toISOString() },
              reason: 'waiting',
            },
            {
              onSuccess: ({ refused }) => {
                if (refused.length > 0) return
                onDone?.()
                onClose()
              },
            },
          ),
      }}
    >
      <div className={styles.stack}>
        <RadioGroup<When>
          label={t('queue.snooze.until')}
          value={when}
          choices={[
            ...(Object.keys(HOURS) as (keyof typeof HOURS)[]).map((key) => ({
              value: key,
              label: t(LABELS[key]),
              hint: formatInstant(new Date(now + HOURS[key] * HOUR_MS).toISOString(), language, timeZone),
            })),
            { value: 'at', label: t('queue.snooze.at') },
          ]}
          onChange={setWhen}
        />
        {when === 'at' ? (
          <InstantField label={t('queue.snooze.at')} required value={at} onChange={setAt} />
        ) : null}
        <p className={styles.said}>{t('queue.snooze.clock')}</p>
        <RefusedItems result={snooze.data} />
      </div>
    </ConfirmDialog>
  )
}
