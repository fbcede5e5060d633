import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Button } from '@countersign/ui/button.tsx'
import { TextInput } from '@countersign/ui/text-input.tsx'
import { EntityLink } from '@countersign/web-kit/entity-link.tsx'
import { useKeys } from '@countersign/web-kit/keymap.tsx'
import { isolate, useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { formatMoney, Money, minorUnits } from '@countersign/web-kit/money.tsx'
import { MoneyText } from '@countersign/web-kit/money-text.tsx'
import { numberFormat } from '@countersign/web-kit/number-format.ts'
import { ProblemNotice } from '@countersign/web-kit/problem-notice.tsx'
import { SectionHeading } from '@countersign/web-kit/section-heading.tsx'
import { useRead } from '@countersign/web-kit/use-read.ts'
import { type KeyboardEvent, useRef, useState } from 'react'
import { allotted, choosePartners, type Share, sumOf, useChosenPartners } from './chosen-partners.ts'
import {
  candidateRows,
  type LinePartner,
  lineOf,
  linePartners,
  type PartnerRow,
  proposedOnly,
} from './line-partners.ts'
import styles from './partner-table.module.css'

/**
 * Whom the line of an exception may be assigned to: the candidates and what somebody looked for, each to be chosen; and what that
 * comes to. By keyboard: `c` leads to it, arrows through it, Space chooses.
 */
export function PartnerTable({
  entity,
  sheet,
}: {
  entity: Entity
  /** In a sheet: what is typed there decides what is chosen. */
  sheet?: {
    shares: readonly Share[]
    isChosen: (id: string) => boolean
    toggle: (row: PartnerRow, ticked: boolean) => void
  }
}) {
  const t = useText()
  const language = useLanguage()
  const table = useRef<HTMLTableElement>(null)
  const [typed, setTyped] = useState('')
  const [looked, setLooked] = useState('')
  const search = useRead<{ partners: Record<string, unknown>[] }>(
    `/v1/exceptions/${encodeURIComponent(entity.id)}/partners`,
    looked === '' ? null : { q: looked },
  )
  const chosen = useChosenPartners(entity.id)
  const line = lineOf(entity)
  useKeys(t('transfers.candidates'), [
    { keys: 'c', label: t('transfers.candidates.go'), run: () => boxesOf(table.current)[0]?.focus() },
  ])
  if (line === null) return null
  if (entity.stale) return <Copy entity={entity} />

  const candidates = candidateRows(entity)
  const known = new Set(candidates.flatMap(({ partners }) => partners.map(({ id }) => id)))
  const found = linePartners(search.data?.partners ?? []).filter(({ id }) => !known.has(id))
  const rows: PartnerRow[] = [
    ...candidates,
    ...found.map((partner) => ({ key: partner.id, partners: [partner], score: null, why: null })),
  ]
  const shares = sheet?.shares ?? allotted(line, chosen)
  const { given, left } = sumOf(line, shares)
  const isIn = sheet?.isChosen ?? ((id: string) => chosen.some((one) => one.id === id))
  const isChosen = ({ partners }: PartnerRow) => partners.every(({ id }) => isIn(id))
  const toggle = (row: PartnerRow) => {
    if (sheet !== undefined) return sheet.toggle(row, !isChosen(row))
    const ids = new Set(row.partners.map(({ id }) => id))
    const others = chosen.filter(({ id }) => !ids.has(id))
    const more = isChosen(row) ? [] : row.partners.map(({ id, open }) => ({ id, open }))
    choosePartners(entity.id, [...others, ...more])
  }
  const staying = shares.flatMap(({ id, amount }) => {
    const partner = rows.flatMap(({ partners }) => partners).find((one) => one.id === id)
    const { left: rest } = partner === undefined ? { left: null } : sumOf(partner.open, [{ id, amount }])
    return rest === null || minorUnits(rest) <= 0n ? [] : [{ id, rest }]
  })
  const shown = (value: typeof line) => {
    const { amount, currency } = formatMoney(value, language)
    return isolate(`${amount}\u00a0${currency}`)
  }
  const score = numberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  return (
    <section aria-label={t('transfers.candidates')} className={styles.section}>
      {sheet !== undefined ? null : <SectionHeading>{t('transfers.candidates')}</SectionHeading>}
      {rows.length === 0 ? (
        <p className={styles.muted}>
          {t('transfers.candidates.none')} {t('transfers.candidates.none.next')}
        </p>
      ) : (
        <table ref={table} className={styles.table} onKeyDown={moveAmongBoxes}>
          <thead>
            <tr>
              <th scope="col">
                <span className="visually-hidden">{t('transfers.assign.choose')}</span>
              </th>
              <th scope="col">{t('transfers.candidates.what')}</th>
              <th scope="col" className={styles.number}>
                {t('transfers.assign.open')}
              </th>
              <th scope="col" className={`${styles.number} ${styles.score}`}>
                {t('transfers.candidates.score')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) =>
              row.partners.map((partner, at) => (
                <tr key={`${row.key} ${partner.id}`} data-chosen={isChosen(row)}>
                  {at > 0 ? null : (
                    <td rowSpan={row.partners.length}>
                      <input
                        type="checkbox"
                        aria-label={t('transfers.assign.chooseOne', {
                          ids: row.partners.map(({ id }) => id).join(' + '),
                        })}
                        checked={isChosen(row)}
                        onChange={() => toggle(row)}
                      />
                    </td>
                  )}
                  <td data-more={at < row.partners.length - 1}>
                    <Partner partner={partner} />
                    {at < row.partners.length - 1 ? null : (
                      <div className={styles.why}>
                        {row.why === null ? t('transfers.assign.found') : <MoneyText>{row.why}</MoneyText>}
                      </div>
                    )}
                  </td>
                  <td className={styles.number} data-more={at < row.partners.length - 1}>
                    <Money value={partner.open} />
                  </td>
                  {at > 0 ? null : (
                    <td rowSpan={row.partners.length} className={`${styles.number} ${styles.score}`}>
                      {row.score === null ? '–' : score.format(row.score)}
                    </td>
                  )}
                </tr>
              )),
            )}
          </tbody>
        </table>
      )}
      <search>
        <form
          className={styles.search}
          onSubmit={(event) => {
            event.preventDefault()
            setLooked(typed.trim())
          }}
        >
          <TextInput
            aria-label={t('transfers.assign.search')}
            placeholder={t('transfers.assign.search')}
            value={typed}
            maxLength={128}
            onChange={(event) => setTyped(event.target.value)}
          />
          <Button size="small" busy={search.isFetching} onClick={() => setLooked(typed.trim())}>
            {t('transfers.assign.find')}
          </Button>
        </form>
      </search>
      {search.isError ? (
        <ProblemNotice
          error={search.error}
          title={t('transfers.assign.searchFailed')}
          onRetry={() => void search.refetch()}
        />
      ) : null}
      {search.data !== undefined && found.length === 0 ? (
        <p className={styles.muted} role="status">
          {t('transfers.assign.notFound', { text: looked })}
        </p>
      ) : null}
      <p className={styles.sum} role="status">
        {t('transfers.assign.sum', { given: shown(given), line: shown(line), left: shown(left) })}
        {staying.map(({ id, rest }) => (
          <span key={id} className={styles.stays}>
            {t('transfers.assign.stays', { id: isolate(id), amount: shown(rest) })}
          </span>
        ))}
      </p>
    </section>
  )
}

/** Recon cannot be read: what it proposed when it last told of the line, and nothing that somebody could act on. */
function Copy({ entity }: { entity: Entity }) {
  const t = useText()
  const language = useLanguage()
  const score = numberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  const proposed = proposedOnly(entity)
  return (
    <section aria-label={t('transfers.candidates')} className={styles.section}>
      <SectionHeading>{t('transfers.candidates')}</SectionHeading>
      <p className={styles.muted}>
        {t(proposed.length === 0 ? 'transfers.candidates.copyNone' : 'transfers.candidates.copy')}
      </p>
      <ul className={styles.proposed}>
        {proposed.map((one) => (
          <li key={one.id}>
            {[one.id, ...one.with].map((id, at) => (
              <span key={id}>
                {at === 0 ? null : ' + '}
                <EntityLink to={{ kind: one.kind, id }} />
              </span>
            ))}{' '}
            {one.score === null ? '–' : score.format(one.score)} · <MoneyText>{one.why}</MoneyText>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Partner({ partner }: { partner: LinePartner }) {
  const { kind, id, from, to, reference, date } = partner
  const names = [from, to].filter((name) => name !== null).map(unbroken)
  const more = [reference, date].filter((one) => one !== null)
  return (
    <div>
      <EntityLink to={{ kind, id }} />{' '}
      <span className={styles.muted}>
        {names.map((name, at) => (
          <span key={`${at} ${name}`}>
            {at === 0 ? null : <span className={styles.arrow}>→</span>}
            <bdi>{name}</bdi>
          </span>
        ))}
        {more.map((one, at) => (
          <span key={one}>
            {at === 0 && names.length === 0 ? null : ' · '}
            <bdi>{one}</bdi>
          </span>
        ))}
      </span>
    </div>
  )
}

/** `Y. T••••` breaks over no line. */
function unbroken(name: string): string {
  return name.replaceAll(/(?<=\p{L}\.) (?=\p{L}•)/gu, '\u00a0')
}

function boxesOf(table: HTMLTableElement | null): HTMLInputElement[] {
  return [...(table?.querySelectorAll<HTMLInputElement>('input[type="checkbox"]') ?? [])]
}

/** Arrows go from box to box; the list behind the record is not meant by them then. */
function moveAmongBoxes(event: KeyboardEvent<HTMLTableElement>): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
  const boxes = boxesOf(event.currentTarget)
  const at = boxes.findIndex((box) => box.contains(document.activeElement))
  if (step === 0 || at < 0) return
  event.preventDefault()
  boxes[at + step]?.focus()
}
