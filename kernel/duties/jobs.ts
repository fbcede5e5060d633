import { say, type Text } from '../languages/say.ts'

/** What workers do again and again, by the name under which they report it. */
export const jobs = {
  effects: say`Sends what was authorised to upstreams, and asks what came of it`,
  projections: say`Places events in order and brings lists, timelines and search up to them`,
  history: say`Reads what upstreams say has happened`,
  findings: say`Looks for what no upstream tells: parties on sanctions lists`,
  replays: say`Reads dead letters again that people want read`,
  log_order: say`Gives entries of the audit log their places`,
  log_signing: say`Signs the audit log and has a witness take it`,
  alerts: say`Looks for what calls for a person`,
  messages: say`Tells those who are on call`,
  evidence: say`Scans files again, and removes those past their term`,
  retention: say`Lets go of what is past its retention`,
  figures: say`Puts down figures for charts`,
} as const satisfies Record<string, Text>

export type Job = keyof typeof jobs

/** Longer than any of its rounds should take, in seconds. */
const ROUND_MAX_S = 120
/** Of those whose rounds have much to do: a list that is indexed, files that are scanned, a season that is counted anew. */
const LONG_ROUND_MAX_S = 900
const LONG_ROUNDS: ReadonlySet<Job> = new Set(['findings', 'evidence', 'retention', 'figures'])

/** @param duty a job, or one of several of it: `history:cts` */
export function roundMaxS(duty: string): number {
  return LONG_ROUNDS.has(jobOf(duty) as Job) ? LONG_ROUND_MAX_S : ROUND_MAX_S
}

/** What it does in words, and whose it is where there are several. */
export function dutyTitle(duty: string): Text {
  const title = (jobs as Readonly<Record<string, Text>>)[jobOf(duty)]
  const of = duty.slice(jobOf(duty).length + 1)
  if (title === undefined) return duty
  return of === '' ? title : say`${title} (${of})`
}

function jobOf(duty: string): string {
  return duty.split(':', 1)[0] ?? duty
}
