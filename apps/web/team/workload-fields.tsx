import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Field } from '@countersign/ui/field.tsx'
import { TextInput } from '@countersign/ui/text-input.tsx'
import type { ActionForm } from '@countersign/web-kit/console-web.ts'
import { InstantField } from '@countersign/web-kit/instant-field.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { type ComponentProps, useState } from 'react'
import { operatorSettings } from './operator-settings.ts'

export const SET_ABSENCE = 'kernel.set_absence'
export const SET_WORKLOAD = 'kernel.set_workload'

/** The form begins with what is said now, for what is sent replaces all of it. */
export const setAbsenceForm: ActionForm = {
  prefill: (entity) => {
    const { awayFrom, awayUntil } = operatorSettings(entity)
    return { input: given({ from: awayFrom, until: awayUntil }) }
  },
}

export const setWorkloadForm: ActionForm = {
  prefill: (entity: Entity) => {
    const { skills, maxOpen, awayFrom, awayUntil } = operatorSettings(entity)
    return { input: given({ skills, max_open: maxOpen, away_from: awayFrom, away_until: awayUntil }) }
  },
  Fields: WorkloadFields,
}

function WorkloadFields({ input, errors, onChange }: ComponentProps<NonNullable<ActionForm['Fields']>>) {
  const t = useText()
  // As it is typed: a comma with nothing behind it yet is no skill, and stays.
  const [skills, setSkills] = useState(() => (Array.isArray(input.skills) ? input.skills.join(', ') : ''))
  const time = (name: 'away_from' | 'away_until') => ({
    value: typeof input[name] === 'string' ? input[name] : '',
    error: errors[name],
    onChange: (at: string) => onChange({ ...input, [name]: at === '' ? undefined : at }),
  })
  return (
    <>
      <Field label={t('team.skills')} hint={t('team.skills.hint')} error={errors.skills}>
        {(control) => (
          <TextInput
            {...control}
            value={skills}
            onChange={(event) => {
              const text = event.currentTarget.value
              setSkills(text)
              onChange({ ...input, skills: skillsIn(text) })
            }}
          />
        )}
      </Field>
      <Field label={t('team.most')} hint={t('team.most.hint')} error={errors.max_open}>
        {(control) => (
          <TextInput
            {...control}
            inputMode="numeric"
            value={input.max_open === undefined ? '' : String(input.max_open)}
            onChange={(event) => onChange({ ...input, max_open: countIn(event.currentTarget.value) })}
          />
        )}
      </Field>
      <InstantField label={t('team.awayFrom.label')} hint={t('team.awayFrom.hint')} {...time('away_from')} />
      <InstantField
        label={t('team.awayUntil.label')}
        hint={t('team.awayUntil.hint')}
        {...time('away_until')}
      />
    </>
  )
}

function skillsIn(text: string): string[] {
  return text
    .split(',')
    .map((skill) => skill.trim())
    .filter((skill) => skill !== '')
}

/** What is no number stays as typed, so that the server's refusal names it. */
function countIn(text: string): number | string | undefined {
  if (text.trim() === '') return undefined
  return /^\d+$/.test(text.trim()) ? Number(text) : text
}

function given(input: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null))
}
