import { Button } from '@countersign/ui/button.tsx'
import { Menu } from '@countersign/ui/menu.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { type CSSProperties, useId, useState } from 'react'
import { dateFormat } from '../date-format.ts'
import { useLanguage, useText } from '../messages.ts'
import { numberFormat } from '../number-format.ts'
import { zone, zoneName } from '../preferences.ts'
import { ProblemNotice } from '../problem-notice.tsx'
import { useStoredValue } from '../stored-value.ts'
import styles from './chart.module.css'
import { ChartHead } from './chart.tsx'
import { csvOf, fileNameOf, saveFile } from './chart-file.ts'
import type { SeriesRead } from './use-series.ts'

const HOURS = Array.from({ length: 24 }, (_, hour) => hour)
/** 1 January 2024 was a Monday. */
const MONDAY = Date.UTC(2024, 0, 1)
const DAY_MS = 86_400_000
const DAYS = Array.from({ length: 7 }, (_, day) => day)
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** When in the week: how many by hour and weekday, each cell its number as well as its colour, so that it is a table by itself. */
export function HeatMap({
  question,
  note,
  series,
  source: { found, error, retry },
}: {
  question: string
  note: string
  /** Of which the hours are counted, all its labels together. */
  series: string
  source: SeriesRead
}) {
  const t = useText()
  const language = useLanguage()
  const timeZone = zoneName(useStoredValue(zone))
  const id = useId()
  const [asTable, setAsTable] = useState(false)
  const points = found?.[series]?.series.flatMap((one) => one.points) ?? []
  const cells = cellsOf(points, timeZone)
  const weekday = dateFormat(language, { weekday: 'long', timeZone: 'UTC' })
  const saveCsv = () => {
    const rows = DAYS.flatMap((day) =>
      HOURS.map((hour) => [
        weekday.format(MONDAY + day * DAY_MS),
        clockOf(hour),
        String(cells.get(cellName(day, hour)) ?? 0),
      ]),
    )
    const head = [t('chart.heat.day'), t('chart.heat.hour', { zone: timeZone }), t('chart.unit.count')]
    saveFile(`${fileNameOf(question)}.csv`, new Blob([csvOf([head, ...rows])], { type: 'text/csv' }))
  }
  return (
    <section className={styles.chart} aria-labelledby={id}>
      <ChartHead {...{ id, question, note }} level="h2">
        {cells.size === 0 ? null : (
          <>
            <Button size="small" variant="quiet" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
              {t('chart.table')}
            </Button>
            <Menu
              label={t('chart.save', { question })}
              button={<span className={styles.save}>{t('chart.save.short')} ▾</span>}
              groups={[
                { key: 'save', items: [{ key: 'csv', label: t('chart.save.csv'), onSelect: saveCsv }] },
              ]}
            />
          </>
        )}
      </ChartHead>
      {found === undefined ? (
        error === null ? (
          <Skeleton lines={8} label={t('chart.loading', { question })} />
        ) : (
          <ProblemNotice error={error} onRetry={retry} />
        )
      ) : cells.size === 0 ? (
        <p className={styles.empty}>{t('chart.empty')}</p>
      ) : asTable ? (
        <HourRows question={question} cells={cells} timeZone={timeZone} />
      ) : (
        <HeatTable question={question} cells={cells} />
      )}
    </section>
  )
}

/** Hours run from left to right whichever way the page is read, as time does on the charts beside it. */
function HeatTable({ question, cells }: { question: string; cells: ReadonlyMap<string, number> }) {
  const t = useText()
  const language = useLanguage()
  const most = Math.max(...cells.values(), 1)
  const short = dateFormat(language, { weekday: 'short', timeZone: 'UTC' })
  const long = dateFormat(language, { weekday: 'long', timeZone: 'UTC' })
  const hourName = numberFormat(language, { minimumIntegerDigits: 2 })
  const number = numberFormat(language)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled by keyboard too
    <div className={styles.tableFrame} role="group" aria-label={question} tabIndex={0} dir="ltr">
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
              <th scope="row">{short.format(MONDAY + day * DAY_MS)}</th>
              {HOURS.map((hour) => {
                const n = cells.get(cellName(day, hour)) ?? 0
                return (
                  <td
                    key={hour}
                    style={{ '--share': n / most } as CSSProperties}
                    title={t('chart.heat.cell', {
                      n: number.format(n),
                      day: long.format(MONDAY + day * DAY_MS),
                      from: clockOf(hour),
                      to: clockOf(hour + 1),
                    })}
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
  )
}

/** The hours in which there was anything, one a line: to be read down, or aloud. */
function HourRows({
  question,
  cells,
  timeZone,
}: {
  question: string
  cells: ReadonlyMap<string, number>
  timeZone: string
}) {
  const t = useText()
  const language = useLanguage()
  const number = numberFormat(language)
  const weekday = dateFormat(language, { weekday: 'long', timeZone: 'UTC' })
  const rows = DAYS.flatMap((day) =>
    HOURS.flatMap((hour) => {
      const n = cells.get(cellName(day, hour)) ?? 0
      return n === 0 ? [] : [{ day, hour, n }]
    }),
  )
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled by keyboard too
    <div className={styles.tableFrame} role="group" aria-label={question} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t('chart.heat.day')}</th>
            <th scope="col">{t('chart.heat.hour', { zone: timeZone })}</th>
            <th scope="col">{t('chart.unit.count')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ day, hour, n }) => (
            <tr key={cellName(day, hour)}>
              <th scope="row">{weekday.format(MONDAY + day * DAY_MS)}</th>
              <td>
                <bdi dir="ltr">{`${clockOf(hour)}–${clockOf(hour + 1)}`}</bdi>
              </td>
              <td className="tabular">{number.format(n)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** How many by weekday and hour of that zone. */
function cellsOf(
  points: readonly { readonly at: string; readonly n: number }[],
  timeZone: string,
): ReadonlyMap<string, number> {
  const format = dateFormat('en', { weekday: 'short', hour: 'numeric', hourCycle: 'h23', timeZone })
  const cells = new Map<string, number>()
  for (const { at, n } of points) {
    const parts = format.formatToParts(Date.parse(at))
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? ''
    const cell = cellName(WEEKDAYS.indexOf(part('weekday')), Number(part('hour')))
    cells.set(cell, (cells.get(cell) ?? 0) + n)
  }
  return cells
}

/** `0 14`: Monday, from two to three in the afternoon. */
function cellName(day: number, hour: number): string {
  return `${day} ${hour}`
}

function clockOf(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`
}
