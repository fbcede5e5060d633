import { useLanguage, useText } from '../messages.ts'
import styles from './chart.module.css'
import type { ChartData } from './chart-data.ts'
import { formatStep } from './chart-format.ts'
import { Value } from './value.tsx'

/** The same data as rows, the newest first. */
export function ChartTable({ data, label, timeZone }: { data: ChartData; label: string; timeZone: string }) {
  const t = useText()
  const language = useLanguage()
  const { times, lines, stepS, unit } = data
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled by keyboard too
    <div className={styles.tableFrame} role="group" aria-label={label} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t('chart.from')}</th>
            {lines.map((line) => (
              <th key={line.key} scope="col">
                {line.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {times
            .map((at, index) => ({ at, index }))
            .toReversed()
            .map(({ at, index }) => (
              <tr key={at}>
                <th scope="row">
                  <time dateTime={new Date(at).toISOString()}>
                    {formatStep(at, stepS, language, timeZone)}
                  </time>
                </th>
                {lines.map((line) => (
                  <td key={line.key}>
                    <Value of={line.values[index] ?? null} unit={unit} />
                  </td>
                ))}
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  )
}
