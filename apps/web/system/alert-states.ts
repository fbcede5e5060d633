import type { Tone } from '@countersign/ui/tone.ts'
import type { StateLabel } from '@countersign/web-kit/console-web.ts'

/** How the state of an alert reads; unknown words are shown as they are. */
export const alertStates: Record<string, StateLabel> = {
  open: { label: 'system.alert.state.open', tone: 'attention' },
  acknowledged: { label: 'system.alert.state.acknowledged', tone: 'neutral' },
  silenced: { label: 'system.alert.state.silenced', tone: 'neutral' },
  over: { label: 'system.alert.state.over', tone: 'settled' },
  resolved: { label: 'system.alert.state.over', tone: 'settled' },
}

/** Message ids by severity. */
export const severities: Record<string, string> = {
  low: 'system.severity.low',
  medium: 'system.severity.medium',
  high: 'system.severity.high',
  critical: 'system.severity.critical',
}

/** What wakes somebody stands out from what does not; each has a sign of its own. */
export const severityTones: Record<string, Tone> = {
  low: 'neutral',
  medium: 'attention',
  high: 'attention',
  critical: 'danger',
}
