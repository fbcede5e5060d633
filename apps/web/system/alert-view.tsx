import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Facts } from '@countersign/ui/facts.tsx'
import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { useText } from '@countersign/web-kit/messages.ts'
import { DayTime } from '@countersign/web-kit/time.tsx'
import { AlertRunbook } from './alert-runbook.tsx'
import { alertStates, severities } from './alert-states.ts'
import { LateNow } from './late-now.tsx'
import { toldInWords } from './told-in-words.ts'

/** An alert: how much it matters, who was told, who sees to it. */
export const alertView: RecordView = {
  name: 'system.kind.alert',
  headedBy: 'title',
  states: alertStates,
  Body: AlertFacts,
}

function AlertFacts({ entity }: { entity: Entity }) {
  const t = useText()
  const { data } = entity
  const severity = severities[String(data.severity)]
  return (
    <Facts
      facts={[
        {
          label: t('system.alert.runbook'),
          value: <AlertRunbook runbook={String(data.runbook)} facts={factsOf(data.facts)} />,
          wide: true,
        },
        {
          label: t('system.alert.now'),
          value:
            data.kind === 'kernel.queue_late' && entity.state !== 'resolved' ? (
              <LateNow leads alert={{ kind: data.kind, facts: factsOf(data.facts) }} />
            ) : null,
        },
        { label: t('system.alert.severity'), value: severity === undefined ? null : t(severity) },
        { label: t('system.alert.seenToBy'), value: textOf(data.acknowledged_by_name) },
        {
          label: t('system.alert.silencedUntil'),
          value: typeof data.silenced_until === 'string' ? <DayTime at={data.silenced_until} /> : null,
        },
        {
          label: t('system.alert.told'),
          value: toldInWords(textsOf(data.told_names), textsOf(data.told_channels).includes('webhook'), t),
          wide: true,
        },
      ]}
    />
  )
}

function factsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : []
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
