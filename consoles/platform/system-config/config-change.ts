import { type Refusal, refuseAsBreach } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import type { Json } from '@countersign/kernel/personal-data/canonical-json.ts'
import { configStream } from './config-entity.ts'
import { CONFIG_NOTE, FINANCIAL_CONFIG } from './financial-config.ts'

/** A value that takes the place of another: what is written when it is changed, and when it is taken back. */
export type ConfigChange = {
  readonly key: string
  readonly value: Json
  readonly version: number
  readonly schema_version: number
  readonly rolled_back_to?: number
}

export const CONFIG_REASONS = [
  { code: 'rollout', title: say`A feature is rolled out or withdrawn` },
  { code: 'incident', title: say`Incident`, noteRequired: true },
  { code: 'tuning', title: say`Tuning` },
] as const

/** CRITICAL: P-08 P-11, operations cannot influence money movement, so no financial key is even looked into. */
export function refuseFinancial(): Refusal {
  const { code, message, explanation } = FINANCIAL_CONFIG
  return refuseAsBreach(code, message, explanation, CONFIG_NOTE)
}

export function configEvent(type: string, { key, ...change }: ConfigChange) {
  return { type, stream: configStream(key), refs: [{ kind: 'config', id: key }], payload: change }
}
