import type { AnyUpstream } from '../upstreams.ts'

/** The ways in which an upstream can be told to misbehave. */
export const MODES = [
  'latency',
  'error_5xx',
  'lost_response',
  'refuse',
  'drop_webhook',
  'duplicate_webhook',
  'reorder_webhook',
] as const
type Mode = (typeof MODES)[number]

/** One standing instruction. `remaining` is how often it still strikes; null: until it is switched off. */
export type Rule = {
  readonly mode: Mode
  readonly rate: number
  readonly remaining: number | null
  readonly on: 'any' | 'reads' | 'writes'
  readonly latency_ms?: number
}

export type Misbehaviour = {
  /** Adds a rule, or replaces the one of that mode. */
  set(upstream: AnyUpstream, rule: Rule): void
  /** Switches off everything of one upstream, or of all. */
  off(upstream?: AnyUpstream): void
  rules(upstream: AnyUpstream): Rule[]
  /** The rule of this mode if it strikes now; a strike counts. */
  strikes(upstream: AnyUpstream, mode: Mode, request?: 'reads' | 'writes'): Rule | undefined
}

/** Misbehaviour lives in memory: a restarted platform is well. */
export function createMisbehaviour(chance: () => number = Math.random): Misbehaviour {
  const known = new Map<string, Rule>()
  const keyOf = (upstream: AnyUpstream, mode: Mode) => `${upstream} ${mode}`
  return {
    set: (upstream, rule) => void known.set(keyOf(upstream, rule.mode), rule),
    off(upstream) {
      for (const key of known.keys()) {
        if (upstream === undefined || key.startsWith(`${upstream} `)) known.delete(key)
      }
    },
    rules: (upstream) => MODES.flatMap((mode) => known.get(keyOf(upstream, mode)) ?? []),
    strikes(upstream, mode, request) {
      const rule = known.get(keyOf(upstream, mode))
      if (!rule || (request && rule.on !== 'any' && rule.on !== request)) return undefined
      // A rate of 1 is certain, whatever the source of chance says.
      if (rule.rate < 1 && chance() >= rule.rate) return undefined
      if (rule.remaining !== null) {
        if (rule.remaining <= 1) known.delete(keyOf(upstream, mode))
        else known.set(keyOf(upstream, mode), { ...rule, remaining: rule.remaining - 1 })
      }
      return rule
    },
  }
}
