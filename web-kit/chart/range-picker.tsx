import { Button } from '@countersign/ui/button.tsx'
import { useLanguage, useText } from '../messages.ts'
import { zone, zoneName } from '../preferences.ts'
import { useStoredValue } from '../stored-value.ts'
import { ZoneNote } from '../time.tsx'
import styles from './chart.module.css'
import { formatStep } from './chart-format.ts'
import { BACKS, type Back, type TimeRange } from './time-range.ts'

/** Over which time the charts of a page are: all the same. */
export function RangePicker({
  range,
  backs = Object.keys(BACKS) as Back[],
  onRange,
}: {
  range: TimeRange
  /** How long back there is something to be shown; absent: as long as figures are kept. */
  backs?: readonly Back[]
  onRange: (range: TimeRange) => void
}) {
  const t = useText()
  const language = useLanguage()
  const timeZone = zoneName(useStoredValue(zone))
  const chosen = 'back' in range ? range.back : null
  const names: Record<Back, string> = {
    '1h': t('chart.range.1h'),
    '24h': t('chart.range.24h'),
    '7d': t('chart.range.7d'),
    '90d': t('chart.range.90d'),
  }
  return (
    <fieldset className={styles.ranges}>
      <legend className="visually-hidden">{t('chart.range')}</legend>
      {backs.map((back) => (
        <Button
          key={back}
          size="small"
          variant={back === chosen ? 'plain' : 'quiet'}
          aria-pressed={back === chosen}
          onClick={() => onRange({ back })}
        >
          {names[back]}
        </Button>
      ))}
      <span className={styles.note}>
        {'back' in range ? (
          <ZoneNote />
        ) : (
          t('chart.range.own', {
            from: formatStep(range.from, 0, language, timeZone),
            to: formatStep(range.to, 0, language, timeZone),
          })
        )}
      </span>
    </fieldset>
  )
}
