import { Banner } from '@countersign/ui/banner.tsx'
import { Button } from '@countersign/ui/button.tsx'
import { Menu } from '@countersign/ui/menu.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { type ReactNode, Suspense, useId, useRef, useState } from 'react'
import { lazyPart } from '../lazy-part.tsx'
import { type Translate, useLanguage, useText } from '../messages.ts'
import { zone, zoneName } from '../preferences.ts'
import { ProblemNotice } from '../problem-notice.tsx'
import { useStoredValue } from '../stored-value.ts'
import styles from './chart.module.css'
import { type ChartBand, type ChartData, hasValues, newestOf, newestSome } from './chart-data.ts'
import { chartCsv, fileNameOf, saveFile } from './chart-file.ts'
import { formatStep, formatValue } from './chart-format.ts'
import { ChartTable } from './chart-table.tsx'
import { stepAt, useLookedAt } from './looked-at.ts'
import { Swatch } from './swatch.tsx'
import { useChartKeys } from './use-chart-keys.ts'
import { Value } from './value.tsx'

const Plot = lazyPart(() => import('./plot.tsx'), 'chart.plot')

const NO_BANDS: readonly ChartBand[] = []

/** What a chart is of, where it comes from: `undefined` data is on its way. */
export type ChartSource = {
  readonly data: ChartData | undefined
  /** Null where there is none. */
  readonly error: unknown
  readonly retry: () => void
}

type HeadingLevel = 'h2' | 'h3'
type Limit = { readonly value: number; readonly label: string }

export type ChartProps = {
  question: string
  source: ChartSource
  /** What is to be known to read it right. */
  note?: ReactNode
  bands?: readonly ChartBand[]
  limit?: Limit | null
  /** Charts of one group show the same moment. */
  group: string
  /** One below the heading that it stands under. */
  level?: HeadingLevel
  /** A part of the time was chosen, to be seen alone. */
  onRange?: (from: number, to: number) => void
}

/**
 * One question and what was measured to answer it: lines over time with what they were at the moment that is looked at,
 * the same as a table, and as a file. Looked at with the pointer, or with the arrows once it has the focus.
 */
export function Chart({ source: { data, error, retry }, ...chart }: ChartProps) {
  const { question, note, level = 'h3', bands = NO_BANDS, limit = null, group, onRange } = chart
  const t = useText()
  const id = useId()
  return (
    <section className={styles.chart} aria-labelledby={id}>
      {data !== undefined && hasValues(data) ? (
        <Drawn {...{ id, question, note, data, bands, limit, group, level, onRange }} />
      ) : (
        <>
          <ChartHead {...{ id, question, note, level }} />
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

export function ChartHead({
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

type DrawnProps = {
  id: string
  question: string
  note: ReactNode
  data: ChartData
  bands: readonly ChartBand[]
  limit: Limit | null
  group: string
  level: HeadingLevel
  onRange: ChartProps['onRange'] | undefined
}

function Drawn({ id, question, note, data, bands, limit, group, level, onRange }: DrawnProps) {
  const t = useText()
  const [asTable, setAsTable] = useState(false)
  const [moment, look] = useLookedAt(group)
  const canvas = useRef<HTMLCanvasElement | null>(null)
  const language = useLanguage()
  const timeZone = zoneName(useStoredValue(zone))
  return (
    <>
      <ChartHead {...{ id, question, note, level }}>
        <Button size="small" variant="quiet" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {t('chart.table')}
        </Button>
        <SaveMenu {...{ question, data, limit, canvas: asTable ? null : canvas }} />
      </ChartHead>
      <Readout {...{ data, limit, moment }} />
      {asTable ? (
        <ChartTable data={data} label={question} timeZone={timeZone} />
      ) : (
        <LookedAt {...{ question, data, bands, limit, moment, look, canvas, onRange }} />
      )}
      {bands.length > 0 ? (
        <p className={styles.note}>
          <span className={styles.bandSign} aria-hidden="true" />
          {bands
            .map(({ from, to, label }) =>
              t('chart.band', {
                label,
                from: formatStep(from, data.stepS, language, timeZone),
                to: formatStep(to, data.stepS, language, timeZone),
              }),
            )
            .join(t('sign.comma'))}
        </p>
      ) : null}
    </>
  )
}

/** What every line was at the moment that is looked at; the newest of each where none is. */
function Readout({ data, limit, moment }: { data: ChartData; limit: Limit | null; moment: number | null }) {
  const t = useText()
  const language = useLanguage()
  const timeZone = zoneName(useStoredValue(zone))
  const { times, lines, stepS, unit } = data
  const index = moment === null ? null : stepAt(times, moment)
  const newestAt = newestSome(data)
  const timed = (at: number) => formatStep(at, stepS, language, timeZone)
  return (
    <div className={styles.readout}>
      <ul className={styles.legend}>
        {lines.map((line) => (
          <li key={line.key}>
            <Swatch tone={line.tone} />
            <span>{line.label}</span>
            <strong className="tabular">
              <Value of={moment === null ? newestOf(line) : (line.values[index ?? -1] ?? null)} unit={unit} />
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
        {moment !== null
          ? timed(times[index ?? -1] ?? moment)
          : newestAt === undefined
            ? t('chart.newest')
            : t('chart.newestAt', { at: timed(newestAt) })}
      </span>
    </div>
  )
}

/** The lines, and the slider that one looks at them with by keyboard. */
function LookedAt({
  question,
  data,
  bands,
  limit,
  moment,
  look,
  canvas,
  onRange,
}: {
  question: string
  data: ChartData
  bands: readonly ChartBand[]
  limit: Limit | null
  moment: number | null
  look: (moment: number | null) => void
  canvas: { current: HTMLCanvasElement | null }
  onRange: ChartProps['onRange'] | undefined
}) {
  const t = useText()
  const language = useLanguage()
  const timeZone = zoneName(useStoredValue(zone))
  const { times, lines, stepS, unit } = data
  const index = moment === null ? null : stepAt(times, moment)
  const keys = useChartKeys({ data, index, look, onRange })
  const { looked, chosen } = keys
  const said = lines
    .map(({ label, values }) =>
      t('chart.valueOf', { label, value: formatValue(values[looked] ?? null, unit, language) }),
    )
    .join(t('sign.comma'))
  const step = (at: number) => formatStep(at, stepS, language, timeZone)
  return (
    <>
      <div
        className={styles.plot}
        role="slider"
        tabIndex={0}
        aria-label={t(onRange === undefined ? 'chart.lookAt' : 'chart.lookAtAndChoose', { question })}
        aria-orientation="horizontal"
        aria-valuemin={0}
        aria-valuemax={times.length - 1}
        aria-valuenow={looked}
        aria-valuetext={`${step(times[looked] ?? 0)}${t('sign.colon')}${said}`}
        onKeyDown={keys.onKeyDown}
        onBlur={keys.onBlur}
      >
        <Suspense fallback={<Skeleton lines={6} label={t('chart.loading', { question })} />}>
          <Plot
            {...{ data, language, timeZone, bands, chosen, onRange }}
            cursor={index}
            limit={limit?.value ?? null}
            onCursor={(at) => look(at === null ? null : (times[at] ?? null))}
            onCanvas={(drawn) => {
              canvas.current = drawn
            }}
          />
        </Suspense>
      </div>
      <p className={styles.chosen} role="status">
        {chosen === null ? '' : t('chart.chosen', { from: step(chosen.from), to: step(chosen.to) })}
      </p>
    </>
  )
}

/** @param canvas null: there is no picture now */
function SaveMenu({
  question,
  data,
  limit,
  canvas,
}: {
  question: string
  data: ChartData
  limit: Limit | null
  canvas: { readonly current: HTMLCanvasElement | null } | null
}) {
  const t = useText()
  const language = useLanguage()
  const timeZone = zoneName(useStoredValue(zone))
  const [failed, setFailed] = useState(false)
  const saveCsv = () => {
    const csv = chartCsv(data, { from: t('chart.from'), unit: unitWords(t) }, timeZone)
    saveFile(`${fileNameOf(question)}.csv`, new Blob([csv], { type: 'text/csv' }))
  }
  const savePng = async () => {
    setFailed(false)
    try {
      const drawn = canvas?.current
      if (!drawn) throw new Error('nothing is drawn')
      const { chartPicture } = await import('./chart-picture.ts')
      const moment = (at: number) => formatStep(at, 0, language, timeZone)
      const words = {
        ...{ question, lines: data.lines, limit: limit?.label ?? null },
        range: t('chart.picture.range', {
          from: moment(data.from),
          to: moment(data.to),
          zone: timeZone,
        }),
      }
      saveFile(`${fileNameOf(question)}.png`, await chartPicture(drawn, words, document.body))
    } catch {
      setFailed(true)
    }
  }
  return (
    <>
      <Menu
        label={t('chart.save', { question })}
        button={<span className={styles.save}>{t('chart.save.short')} ▾</span>}
        groups={[
          {
            key: 'save',
            items: [
              { key: 'csv', label: t('chart.save.csv'), onSelect: saveCsv },
              ...(canvas === null
                ? []
                : [{ key: 'png', label: t('chart.save.png'), onSelect: () => void savePng() }]),
            ],
          },
        ]}
      />
      {failed ? <Banner tone="danger">{t('chart.save.failed')}</Banner> : null}
    </>
  )
}

function unitWords(t: Translate): Record<ChartData['unit'], string> {
  return {
    count: t('chart.unit.count'),
    perMinute: t('chart.unit.perMinute'),
    seconds: t('chart.unit.seconds'),
    share: t('chart.unit.share'),
  }
}
