import { Button } from '@countersign/ui/button.tsx'
import { Dialog } from '@countersign/ui/dialog.tsx'
import { RadioGroup } from '@countersign/ui/radio-group.tsx'
import { useState } from 'react'
import { useNow } from '../clock.ts'
import { formatInstant } from '../duration.ts'
import { InstantField } from '../instant-field.tsx'
import { useKeys } from '../keymap.tsx'
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
  onClose,
}: {
  queue: string
  items: { id: string }[]
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
  useKeys(t('queue.keys'), [], { modal: true })
  const until = when === 'at' ? Date.parse(at) : now + HOURS[when] * HOUR_MS
  const valid = Number.isFinite(until)
  return (
    <Dialog
      title={t('queue.snooze.title', { count: items.length })}
      onClose={onClose}
      footer={
        <Button
          variant="primary"
          busy={snooze.isPending}
          disabledReason={valid ? undefined : t('queue.snooze.when')}
          onClick={() =>
            snooze.mutate(
              {
                type: 'kernel.snooze_item',
                items: items.map(({ id }) => id),
                input: { until: new Date(until).toISOString() },
                reason: 'waiting',
              },
              { onSuccess: (result) => result.refused.length === 0 && onClose() },
            )
          }
        >
          {t('queue.snooze')}
        </Button>
      }
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
    </Dialog>
  )
}
