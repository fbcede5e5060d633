import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Button } from '@countersign/ui/button.tsx'
import { Field } from '@countersign/ui/field.tsx'
import { TextInput } from '@countersign/ui/text-input.tsx'
import type { ActionForm } from '@countersign/web-kit/console-web.ts'
import { InstantField } from '@countersign/web-kit/instant-field.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { parts, text } from '@countersign/web-kit/record/fields.ts'
import type { ComponentProps } from 'react'

type Entry = { name?: string; cidr?: string; expires_at?: string }

/** The whole list: what it holds already, to be changed line by line. */
export const allowlistForm: ActionForm = {
  prefill: (entity) => ({ input: { entries: entriesOf(entity) } }),
  Fields: AllowlistFields,
}

function entriesOf({ data }: Entity): Entry[] {
  const known = parts(data, 'entries').map((entry) => {
    const until = text(entry, 'expires_at')
    return {
      name: text(entry, 'name') ?? '',
      cidr: text(entry, 'cidr') ?? '',
      ...(until === null ? {} : { expires_at: until }),
    }
  })
  return known.length > 0 ? known : [{}]
}

function AllowlistFields({ input, errors, onChange }: ComponentProps<NonNullable<ActionForm['Fields']>>) {
  const t = useText()
  const entries = Array.isArray(input.entries) ? (input.entries as Entry[]) : []
  // What is wrong with one line is told at it.
  const ofTheWhole = Object.keys(errors).some((field) => field.startsWith('entries.'))
    ? undefined
    : errors.entries
  const take = (next: Entry[]) => onChange({ ...input, entries: next })
  const set = (index: number, member: keyof Entry, value: string) =>
    take(
      entries.map((entry, at) => {
        if (at !== index) return entry
        const { [member]: _before, ...others } = entry
        return value === '' ? others : { ...others, [member]: value }
      }),
    )
  return (
    <>
      {entries.map((entry, index) => {
        const number = index + 1
        const error = (member: keyof Entry) => errors[`entries.${index}.${member}`]
        return (
          <fieldset key={index}>
            <legend>{t('platform.edge.line', { number })}</legend>
            <Field label={t('platform.edge.name', { number })} required error={error('name')}>
              {(control) => (
                <TextInput
                  {...control}
                  value={entry.name ?? ''}
                  onChange={({ target }) => set(index, 'name', target.value)}
                />
              )}
            </Field>
            <Field
              label={t('platform.edge.network', { number })}
              hint={t('platform.edge.network.hint')}
              required
              error={error('cidr')}
            >
              {(control) => (
                <TextInput
                  {...control}
                  dir="ltr"
                  value={entry.cidr ?? ''}
                  onChange={({ target }) => set(index, 'cidr', target.value)}
                />
              )}
            </Field>
            <InstantField
              label={t('platform.edge.untilOf', { number })}
              hint={t('platform.edge.until.hint')}
              error={error('expires_at')}
              value={entry.expires_at ?? ''}
              onChange={(until) => set(index, 'expires_at', until)}
            />
            <Button size="small" onClick={() => take(entries.filter((_, at) => at !== index))}>
              {t('platform.edge.remove', { number })}
            </Button>
          </fieldset>
        )
      })}
      {ofTheWhole === undefined ? null : <p role="alert">{ofTheWhole}</p>}
      <Button size="small" onClick={() => take([...entries, {}])}>
        {t('platform.edge.add')}
      </Button>
    </>
  )
}
