import { type CSSProperties, useId } from 'react'
import { dateFormat } from '../date-format.ts'
import { useLanguage, useText } from '../messages.ts'
import { numberFormat } from '../number-format.ts'
import { zone, zoneName } from '../preferences.ts'
import { useStoredValue } from '../stored-value.ts'
import styles from './chart.module.css'

const HOURS = Array.from({ length: 24 }, (_, hour) => hour)
/** 1 January 2024 was a Monday. */
const MONDAY = Date.UTC(2024, 0, 1)
const DAY_MS = 86_400_000
const DAYS = Array.from({ length: 7 }, (_, day) => day)
/** From this share of the strongest on, letters on the colour are of the other brightness. */
const STRONG_SHARE = 0.55

/** When in the week: how many by hour and weekday, each cell its number as well as its colour, so that it is a table by itself. */
export function HeatMap({
  question,
  note,
  counts,
}: {
  question: string
  note: string
  /** Of each hour: when it begins, and how many. */
  counts: readonly { readonly at: number; readonly n: number }[]
}) {
  const t = useText()
  const language = useLanguage()
  const timeZone = zoneName(useStoredValue(zone))
  const id = useId()
  const cells = new Map<string, number>()
  for (const { at, n } of counts) {
    const cell = cellOf(at, timeZone)
    cells.set(cell, (cells.get(cell) ?? 0) + n)
  }
  const most = Math.max(...cells.values(), 1)
  const weekday = dateFormat(language, { weekday: 'short', timeZone: 'UTC' })
  const hourName = numberFormat(language, { minimumIntegerDigits: 2 })
  const number = numberFormat(language)
  return (
    <section className={styles.chart} aria-labelledby={id}>
      <div className={styles.head}>
        <h2 id={id} className={styles.question}>
          {question}
        </h2>
      </div>
      <p className={styles.note}>{note}</p>
      {cells.size === 0 ? (
        <p className={styles.empty}>{t('chart.empty')}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled by keyboard too
        <div className={styles.tableFrame} role="group" aria-label={question} tabIndex={0}>
          <table className={styles.heat}>
            <thead>
              <tr>
                <th scope="col">
                  <span className="visually-hidden">{t('chart.heat.day')}</span>
                </th>
                {HOURS.map((hour) => (
                  <th key={hour} scope="col">
                    {hourName.format(hour)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {DAYS.map((day) => (
                <tr key={day}>
                  <th scope="row">{weekday.format(MONDAY + day * DAY_MS)}</th>
                  {HOURS.map((hour) => {
                    const n = cells.get(`${day} ${hour}`) ?? 0
                    const share = n / most
                    return (
                      <td
                        key={hour}
                        style={{ '--share': `${Math.round(share * 100)}%` } as CSSProperties}
                        data-strong={share > STRONG_SHARE || undefined}
                      >
                        {n === 0 ? '' : number.format(n)}
                      </td>
                    )
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}

/** `0 14`: Monday, from two to three in the afternoon of that zone. */
function cellOf(at: number, timeZone: string): string {
  const parts = dateFormat('en', {
    weekday: 'short',
    hour: 'numeric',
    hourCycle: 'h23',
    timeZone,
  }).formatToParts(at)
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? ''
  return `${WEEKDAYS.indexOf(part('weekday'))} ${Number(part('hour'))}`
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
