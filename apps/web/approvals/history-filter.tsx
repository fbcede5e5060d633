import { Field } from '@countersign/ui/field.tsx'
import { Select } from '@countersign/ui/text-input.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { requestStates } from '@countersign/web-kit/request/request-state.ts'
import styles from './approvals-page.module.css'

/** What history can be narrowed to. */
export const historyStates = [
  'pending',
  'executed',
  'rejected',
  'expired',
  'cancelled',
  'stale',
  'failed',
  'outcome_unknown',
  'denied',
] as const
type HistoryState = (typeof historyStates)[number]

/** Everything that was asked for, or what came to one end. */
export function HistoryFilter({
  state,
  onChange,
}: {
  state: HistoryState | undefined
  onChange: (state: HistoryState | undefined) => void
}) {
  const t = useText()
  return (
    <div className={styles.filter}>
      <Field label={t('inbox.state')}>
        {(control) => (
          <Select
            {...control}
            value={state ?? ''}
            onChange={(event) => onChange(historyStates.find((one) => one === event.currentTarget.value))}
          >
            <option value="">{t('inbox.state.all')}</option>
            {historyStates.map((one) => (
              <option key={one} value={one}>
                {t(requestStates[one].label)}
              </option>
            ))}
          </Select>
        )}
      </Field>
    </div>
  )
}
