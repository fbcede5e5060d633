import { Combobox } from '@countersign/ui/combobox.tsx'
import { FIRST_FOCUS } from '@countersign/ui/dialog.tsx'
import type { ControlProps } from '@countersign/ui/field.tsx'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useClient } from '../client-context.tsx'
import { useText } from '../messages.ts'
import { entityQuery, searchQuery } from '../queries.ts'
import { useSettled } from '../use-settled.ts'

const SEARCH_PAUSE_MS = 200

/** One record of a kind, found by what it is called or by its id. `value`: its id, or nothing. */
export function RecordChoice({
  kind,
  control,
  value,
  onChange,
  onUncommitted,
}: {
  kind: string
  control: ControlProps
  value: string
  onChange: (id: string) => void
  /** Told what is typed and is no record yet, and null when there is none. */
  onUncommitted: (text: string | null) => void
}) {
  const t = useText()
  const [typed, setTyped] = useState('')
  const [chosen, setChosen] = useState<{ value: string; label: string } | null>(null)
  const sought = useSettled(typed.trim(), SEARCH_PAUSE_MS)
  const name = useRecordName(kind, value)
  const found = useQuery({ ...searchQuery(useClient(), sought), placeholderData: keepPreviousData })
  const hits = found.data?.groups.flatMap((group) => (group.kind === kind ? group.hits : [])) ?? []
  const own = value === '' ? [] : [chosen?.value === value ? chosen : { value, label: name }]
  const offered =
    typed.trim() === '' ? [] : hits.map(({ id, title }) => ({ value: id, label: title, detail: id }))
  return (
    <Combobox
      control={{ ...control, ...FIRST_FOCUS }}
      value={value}
      choices={[...own, ...offered.filter((hit) => hit.value !== value)]}
      placeholder={t('list.filter.record')}
      emptyText={t(
        typed.trim() === ''
          ? 'list.filter.record'
          : found.isFetching
            ? 'list.filter.looking'
            : 'list.filter.noRecord',
      )}
      onChange={(id) => {
        setChosen(offered.find((hit) => hit.value === id) ?? null)
        onChange(id)
      }}
      onUncommitted={(text) => {
        setTyped(text ?? '')
        onUncommitted(text)
      }}
    />
  )
}

/** What a record is called, and its id until that is known. */
export function useRecordName(kind: string, id: string): string {
  const read = useQuery({ ...entityQuery(useClient(), { kind, id }), enabled: id !== '' })
  return read.data?.title ?? id
}
