import { type Fact, Facts } from '@countersign/ui/facts.tsx'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { parts, text } from '@countersign/web-kit/record/fields.ts'
import type { ReactNode } from 'react'
import { listedCountry } from './listed-country.ts'
import styles from './records.module.css'

type Data = Record<string, unknown>

const KINDS: Readonly<Record<string, string>> = {
  individual: 'transfers.entry.individual',
  entity: 'transfers.entry.entity',
  vessel: 'transfers.entry.vessel',
  aircraft: 'transfers.entry.aircraft',
}

const AS: Readonly<Record<string, string>> = {
  aka: 'transfers.entry.aka',
  fka: 'transfers.entry.fka',
  nka: 'transfers.entry.nka',
}

const texts = (data: Data, key: string): string[] => {
  const value = data[key]
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

/** What a list knows of an entry: all its names, when and where born, of which countries, its documents and addresses. */
export function EntryFacts({
  entry,
  closest,
}: {
  entry: Data
  /** Which of its names a hit was found by. */
  closest?: number
}) {
  const t = useText()
  const language = useLanguage()
  const names = parts(entry, 'names')
  const kind = text(entry, 'kind') ?? ''
  const rows = (label: string, all: readonly string[]): Fact => ({
    label: t(label),
    wide: true,
    value: all.length === 0 ? null : <Lines lines={all} />,
  })
  return (
    <Facts
      facts={[
        { label: t('transfers.entry.kind'), value: KINDS[kind] === undefined ? kind : t(KINDS[kind]) },
        {
          label: t('transfers.entry.names', { all: names.length }),
          wide: true,
          value: (
            <ul className={styles.plain}>
              {names.map((one, at) => {
                const as = text(one, 'as')
                return (
                  <li key={`${at} ${text(one, 'name')}`}>
                    <bdi>{text(one, 'name')}</bdi>
                    <span className={styles.muted}>
                      {as === null ? '' : ` · ${t(AS[as] ?? as)}`}
                      {one.weak === true ? ` · ${t('transfers.entry.weak')}` : ''}
                      {at === closest ? ` · ${t('transfers.entry.closest')}` : ''}
                    </span>
                  </li>
                )
              })}
            </ul>
          ),
        },
        rows('transfers.entry.born', texts(entry, 'born')),
        rows('transfers.entry.places', texts(entry, 'places')),
        rows(
          'transfers.entry.nationalities',
          parts(entry, 'nationalities').map((one) => listedCountry(one, language)),
        ),
        rows('transfers.entry.passports', texts(entry, 'passports')),
        rows('transfers.entry.addresses', texts(entry, 'addresses')),
        rows('transfers.hit.programs', texts(entry, 'programs')),
        { label: t('transfers.entry.remarks'), wide: true, value: text(entry, 'remarks') },
      ]}
    />
  )
}

function Lines({ lines }: { lines: readonly string[] }): ReactNode {
  return (
    <ul className={styles.plain}>
      {[...new Set(lines)].map((line) => (
        <li key={line}>
          <bdi>{line}</bdi>
        </li>
      ))}
    </ul>
  )
}
