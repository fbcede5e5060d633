import { Field } from '@countersign/ui/field.tsx'
import { Select, TextInput } from '@countersign/ui/text-input.tsx'
import type { ActionForm } from '@countersign/web-kit/console-web.ts'
import { InstantField } from '@countersign/web-kit/instant-field.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { ProblemNotice } from '@countersign/web-kit/problem-notice.tsx'
import { useRead } from '@countersign/web-kit/use-read.ts'
import type { ComponentProps } from 'react'
import { gatewayOf, type StatusAnswer } from './gateway-data.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

/** All of its authorisations, for an hour, unless whoever asks says otherwise; where they go is never taken for granted. */
export const overrideForm: ActionForm = {
  prefill: () => ({ input: { percent: 100, until: inAnHour(Date.now()) } }),
  Fields: OverrideFields,
}

/** The whole minute, as the field shows it. */
function inAnHour(now: number): string {
  return new Date(Math.ceil(now / MINUTE_MS) * MINUTE_MS + HOUR_MS).toISOString()
}

function OverrideFields({
  entity,
  input,
  errors,
  onChange,
}: ComponentProps<NonNullable<ActionForm['Fields']>>) {
  const t = useText()
  const read = useRead<StatusAnswer>('/api/ops/gateway-health/status', { kind: gatewayOf(entity).kind })
  const others = (read.data?.data ?? []).filter(({ id }) => id !== entity.id)
  const set = (member: string, value: unknown) => onChange({ ...input, [member]: value })
  const why = ({ status, breaker, override }: StatusAnswer['data'][number]): string | null => {
    if (status === 'down') return t('platform.gateway.down')
    if (status === 'maintenance') return t('platform.gateway.maintenance')
    if (breaker.state === 'open') return t('platform.override.breakerOpen')
    return override === null ? null : t('platform.override.overridden')
  }
  return (
    <>
      <Field
        label={t('platform.override.to')}
        required
        error={errors.to}
        hint={read.data && others.length === 0 ? t('platform.override.none') : undefined}
      >
        {(control) => (
          <Select
            {...control}
            value={String(input.to ?? '')}
            onChange={({ target }) => set('to', target.value || undefined)}
          >
            <option value="">{t('platform.override.choose')}</option>
            {others.map((other) => {
              const barred = why(other)
              return (
                <option key={other.id} value={other.id} disabled={barred !== null}>
                  {barred === null
                    ? other.name
                    : t('platform.override.barred', { name: other.name, why: barred })}
                </option>
              )
            })}
          </Select>
        )}
      </Field>
      {read.isError ? <ProblemNotice error={read.error} onRetry={() => void read.refetch()} /> : null}
      <Field
        label={t('platform.override.percent')}
        hint={t('platform.override.percent.hint')}
        required
        error={errors.percent}
      >
        {(control) => (
          <TextInput
            {...control}
            inputMode="numeric"
            maxLength={3}
            value={String(input.percent ?? '')}
            onChange={({ target }) => set('percent', numberOrText(target.value))}
          />
        )}
      </Field>
      <InstantField
        label={t('platform.override.until')}
        hint={t('platform.override.until.hint')}
        required
        error={errors.until}
        value={String(input.until ?? '')}
        onChange={(until) => set('until', until || undefined)}
      />
    </>
  )
}

/** What is no number stays as typed, so that the server's refusal names what was typed. */
function numberOrText(text: string): number | string | undefined {
  const typed = text.trim()
  if (typed === '') return undefined
  return /^\d+$/.test(typed) ? Number(typed) : typed
}
