import type { EntityRef, PersonRef } from '@countersign/sdk/wire/values.ts'
import { Chip } from '@countersign/ui/chip.tsx'
import { Combobox } from '@countersign/ui/combobox.tsx'
import { Field } from '@countersign/ui/field.tsx'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useClient } from '../client-context.tsx'
import { useText } from '../messages.ts'
import { peopleQuery } from '../queries.ts'
import { useSettled } from '../use-settled.ts'
import styles from './notes.module.css'

/** As the server has it. */
const MENTIONS_MAX_PEOPLE = 20
const SEARCH_PAUSE_MS = 200

/** Whom a note is for: people who may read the record, found by name. */
export function MentionPicker({
  of,
  people,
  onChange,
  error,
}: {
  of: EntityRef
  people: PersonRef[]
  onChange: (people: PersonRef[]) => void
  error: string | undefined
}) {
  const t = useText()
  const client = useClient()
  const [typed, setTyped] = useState('')
  const part = useSettled(typed, SEARCH_PAUSE_MS)
  // Most notes mention nobody: people are asked for once somebody turns to the field.
  const [turnedTo, setTurnedTo] = useState(false)
  const query = useQuery({
    ...peopleQuery(client, of, part.trim()),
    placeholderData: keepPreviousData,
    enabled: turnedTo,
  })
  const found = query.data ?? []
  const choices = found.filter(({ id }) => !people.some((one) => one.id === id))
  const full = people.length >= MENTIONS_MAX_PEOPLE
  return (
    <div role="group" aria-label={t('notes.mention')} onFocus={() => setTurnedTo(true)}>
      <Field
        label={t('notes.mention')}
        error={error}
        hint={full ? t('notes.mentionsFull', { count: MENTIONS_MAX_PEOPLE }) : undefined}
      >
        {(control) => (
          <Combobox
            control={control}
            value=""
            choices={full ? [] : choices.map(({ id, name }) => ({ value: id, label: name }))}
            placeholder={t('notes.mentionPlaceholder')}
            emptyText={t('notes.mentionNobody')}
            onChange={(id) => {
              const person = choices.find((one) => one.id === id)
              if (person !== undefined) onChange([...people, person])
            }}
            onUncommitted={(text) => setTyped(text ?? '')}
          />
        )}
      </Field>
      {people.length === 0 ? null : (
        <p className={styles.people}>
          {people.map((person) => (
            <Chip
              key={person.id}
              label={t('notes.mentionChip')}
              removeLabel={t('notes.unmention', { name: person.name })}
              onRemove={() => onChange(people.filter(({ id }) => id !== person.id))}
            >
              <bdi>{person.name}</bdi>
            </Chip>
          ))}
        </p>
      )}
    </div>
  )
}
