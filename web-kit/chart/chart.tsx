import { Button } from '@countersign/ui/button.tsx'
import { Menu } from '@countersign/ui/menu.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { type KeyboardEvent, lazy, type ReactNode, Suspense, useId, useRef, useState } from 'react'
import { useLanguage, useText } from '../messages.ts'
import { zone, zoneName } from '../preferences.ts'
import { ProblemNotice } from '../problem-notice.tsx'
import { useStoredValue } from '../stored-value.ts'
import styles from './chart.module.css'
import { type ChartBand, type ChartData, hasValues, newestOf } from './chart-data.ts'
import { chartCsv, chartPng, saveFile } from './chart-file.ts'
import { formatStep, formatValue } from './chart-format.ts'
import { ChartTable } from './chart-table.tsx'
import { Swatch } from './swatch.tsx'
import { Value } from './value.tsx'

const Plot = lazy(() => import('./plot.tsx'))

const NO_BANDS: readonly ChartBand[] = []
/** Page up and down go over this share of what is shown. */
const PAGE_SHARE = 0.1

/** What a chart is of, where it comes from: `undefined` data is on its way. */
export type ChartSource = {
  readonly data: ChartData | undefined
  /** Null where there is none. */
  readonly error: unknown
  readonly retry: () => void
}

type HeadingLevel = 'h2' | 'h3'

/**
 * One question and what was measured to answer it: lines over time with what they were at the moment that is looked at,
 * the same as a table, and as a file. Looked at with the pointer, or with the arrows once it has the focus.
 */
export function Chart({
  question,
  source: { data, error, retry },
  note,
  bands = NO_BANDS,
  limit = null,
  group,
  level = 'h3',
  onRange,
}: {
  question: string
  source: ChartSource
  /** What is to be known to read it right. */
  note?: ReactNode
  bands?: readonly ChartBand[]
  limit?: { value: number; label: string } | null
  /** Charts of one group show the same moment. */
  group: string
  /** One below the heading that it stands under. */
  level?: HeadingLevel
  onRange?: (from: number, to: number) => void
}) {
  const t = useText()
  const id = useId()
  return (
    <section className={styles.chart} aria-labelledby={id}>
      {data !== undefined && hasValues(data) ? (
        <Drawn {...{ id, question, note, data, bands, limit, group, level, onRange }} />
      ) : (
        <>
          <Head {...{ id, question, note, level }} />
          {data !== undefined ? (
            <p className={styles.empty}>{t('chart.empty')}</p>
          ) : error === null ? (
            <Skeleton lines={6} label={t('chart.loading', { question })} />
          ) : (
            <ProblemNotice error={error} onRetry={retry} />
          )}
        </>
      )}
    </section>
  )
}

function Head({
  id,
  question,
  note,
  level,
  children,
}: {
  id: string
  question: string
  note: ReactNode
  level: HeadingLevel
  children?: ReactNode
}) {
  const Heading = level
  return (
    <>
      <div className={styles.head}>
        <Heading id={id} className={styles.question}>
          {question}
        </Heading>
        <div className={styles.tools}>{children}</div>
      </div>
      {note === undefined ? null : <p className={styles.note}>{note}</p>}
    </>
  )
}

function Drawn({
  id,
  question,
  note,
  data,
  bands,
  limit,
  group,
  level,
  onRange,
}: {
  id: string
  question: string
  note: ReactNode
  data: ChartData
  bands: readonly ChartBand[]
  limit: { value: number; label: string } | null
  group: string
  level: HeadingLevel
  onRange: ((from: number, to: number) => void) | undefined
}) {
  const t = useText()
  const language = useLanguage()
  const timeZone = zoneName(useStoredValue(zone))
  const [asTable, setAsTable] = useState(false)
  const [cursor, setCursor] = useState<number | null>(null)
  const canvas = useRef<HTMLCanvasElement | null>(null)
  const frame = useRef<HTMLDivElement>(null)
  const { times, lines, stepS, unit } = data
  const at = cursor === null ? undefined : times[cursor]
  const said = (index: number) =>
    lines
      .map(({ label, values }) =>
        t('chart.valueOf', { label, value: formatValue(values[index] ?? null, unit, language) }),
      )
      .join(t('sign.comma'))
  const last = times.length - 1
  const looked = cursor ?? last

  function onKeyDown(event: KeyboardEvent) {
    const page = Math.max(1, Math.round(times.length * PAGE_SHARE))
    const moves: Record<string, number> = {
      ArrowLeft: looked - 1,
      ArrowRight: looked + 1,
      PageDown: looked - page,
      PageUp: looked + page,
      Home: 0,
      End: last,
    }
    const to = moves[event.key]
    if (to === undefined) return
    event.preventDefault()
    setCursor(Math.min(last, Math.max(0, to)))
  }

  const fileName = question.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '')
  const saveCsv = () => {
    const words = {
      from: t('chart.from'),
      unit: {
        count: t('chart.unit.count'),
        perMinute: t('chart.unit.perMinute'),
        seconds: t('chart.unit.seconds'),
        share: t('chart.unit.share'),
      },
    }
    saveFile(`${fileName}.csv`, new Blob([chartCsv(data, words, timeZone)], { type: 'text/csv' }))
  }
  const savePng = () => {
    if (canvas.current === null || frame.current === null) return
    const legend = lines.map(({ label }) => label).join(' · ')
    void chartPng(canvas.current, { question, legend, within: document.body }).then((picture) =>
      saveFile(`${fileName}.png`, picture),
    )
  }

  return (
    <>
      <Head {...{ id, question, note, level }}>
        <Button size="small" variant="quiet" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {t('chart.table')}
        </Button>
        <Menu
          label={t('chart.save', { question })}
          button={<span className={styles.save}>{t('chart.save.short')} ▾</span>}
          groups={[
            {
              key: 'save',
              items: [
                { key: 'csv', label: t('chart.save.csv'), onSelect: saveCsv },
                ...(asTable ? [] : [{ key: 'png', label: t('chart.save.png'), onSelect: savePng }]),
              ],
            },
          ]}
        />
      </Head>
      <div className={styles.readout}>
        <ul className={styles.legend}>
          {lines.map((line) => (
            <li key={line.key}>
              <Swatch tone={line.tone} />
              <span>{line.label}</span>
              <strong className="tabular">
                <Value of={cursor === null ? newestOf(line) : (line.values[cursor] ?? null)} unit={unit} />
              </strong>
            </li>
          ))}
          {limit === null ? null : (
            <li className={styles.limit}>
              <span aria-hidden="true">┄</span>
              <span>{limit.label}</span>
              <strong className="tabular">
                <Value of={limit.value} unit={unit} />
              </strong>
            </li>
          )}
        </ul>
        <span className={styles.moment}>
          {at === undefined ? t('chart.newest') : formatStep(at, stepS, language, timeZone)}
        </span>
      </div>
      {asTable ? (
        <ChartTable data={data} label={question} timeZone={timeZone} />
      ) : (
        <div
          ref={frame}
          className={styles.plot}
          role="slider"
          tabIndex={0}
          aria-label={t('chart.lookAt', { question })}
          aria-orientation="horizontal"
          aria-valuemin={0}
          aria-valuemax={last}
          aria-valuenow={looked}
          aria-valuetext={`${formatStep(times[looked] ?? 0, stepS, language, timeZone)}${t('sign.colon')}${said(looked)}`}
          onKeyDown={onKeyDown}
          onBlur={() => setCursor(null)}
        >
          <Suspense fallback={<Skeleton lines={6} label={t('chart.loading', { question })} />}>
            <Plot
              {...{ data, language, timeZone, bands, group, cursor, onRange }}
              limit={limit?.value ?? null}
              onCursor={setCursor}
              onCanvas={(drawn) => {
                canvas.current = drawn
              }}
            />
          </Suspense>
        </div>
      )}
      {bands.length > 0 ? (
        <p className={styles.note}>
          <span className={styles.bandSign} aria-hidden="true" />
          {bands
            .map(({ from, to, label }) =>
              t('chart.band', {
                label,
                from: formatStep(from, stepS, language, timeZone),
                to: formatStep(to, stepS, language, timeZone),
              }),
            )
            .join(t('sign.comma'))}
        </p>
      ) : null}
    </>
  )
}
