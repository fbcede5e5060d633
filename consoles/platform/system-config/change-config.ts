import {
  accept,
  defineAction,
  OTHER,
  refuse,
  refuseFields,
  UNSPECIFIED,
} from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { canonicalBytes, type Json } from '@countersign/kernel/personal-data/canonical-json.ts'
import { z } from 'zod'
import { EVENT_TYPES } from '../contract.ts'
import type { Upstreams } from '../upstreams.ts'
import { CONFIG_REASONS, type ConfigChange, configEvent, refuseFinancial } from './config-change.ts'
import { type ConfigState, config, valueInWords } from './config-entity.ts'
import { configFault } from './config-form.ts'
import { configForms } from './config-forms.ts'
import { CONFIG_NOTE } from './financial-config.ts'

const input = z.object({ value: z.unknown().optional().meta({ title: 'Value' }) })

/** P-08: one key has another value from now on; who and why stays in its history, and any version can be taken back. */
export const changeConfig = defineAction<ConfigState, typeof input, ConfigChange, Upstreams>({
  name: 'platform.change_config',
  risk: 'medium',
  movesMoney: false,
  target: config,
  input,
  reasons: [...CONFIG_REASONS, OTHER],
  approvals: { required: 0, eligibleRoles: ['platform/PLATFORM_ADMIN'], expiresInS: 24 * 3600 },
  door: {
    method: 'PUT',
    path: '/api/ops/system-config/:key',
    // Whatever is sent, a financial key is refused before it is looked at: so what it may hold is asked for by the action.
    body: z.object({ value: z.unknown().optional(), reason: z.string().optional() }),
    fields: { 'target.id': 'key', 'reason.code': 'reason', 'reason.note': 'reason' },
    toRequest: ({ value, reason }, { key = '' }) => ({
      ...{ targetId: key, input: value === undefined ? {} : { value } },
      ...(typeof reason === 'string' && reason.trim() !== '' ? { reason: reason.trim() } : {}),
    }),
    beside: () => ({ success: true, message: say`Configuration updated`, note: CONFIG_NOTE }),
  },
  present: {
    title: say`Change`,
    tone: 'neutral',
    help: say`Takes effect at once. The value of now can be taken back.`,
  },
  inverse: 'platform.roll_back_config',
  inverseInput: ({ version }) => ({ version: version - 1 }),
  decide(state, { value }, { reason }) {
    if (state.financial) return refuseFinancial()
    const form = configForms[state.key]
    if (!form)
      return refuse(
        'no_schema',
        say`Nothing says what ${state.key} may hold, so it is changed by nobody here.`,
      )
    const fault = configFault(form, value as Json | undefined)
    const faults = [
      ...(fault
        ? [
            {
              field: fault.path === undefined ? 'input.value' : `input.value.${fault.path}`,
              message: fault.message,
              ...(fault.allowed ? { allowed: fault.allowed } : {}),
            },
          ]
        : []),
      ...(reason?.code === UNSPECIFIED.code
        ? [{ field: 'reason.code', message: say`is required: its history says why each value was set` }]
        : []),
    ]
    if (faults.length > 0) return refuseFields(faults)
    const { config_value: before, version } = state.config
    if (canonicalBytes(before).equals(canonicalBytes(value as Json))) {
      return refuse('nothing_changed', say`${state.key} has this value already.`)
    }
    return accept({
      key: state.key,
      value: value as Json,
      version: version + 1,
      schema_version: form.version,
    })
  },
  preview(state, { value }) {
    const before = state.financial ? '' : valueInWords(state.config.config_value)
    return {
      summary: say`${state.key} has another value, at once.`,
      changes: [{ label: state.key, before, after: valueInWords(value as Json) }],
      effects: [say`The value of now stays in its history and can be taken back.`],
    }
  },
  recorded: ({ version }) => ({ version }),
  eventTypes: [EVENT_TYPES.configChanged],
  events: (accepted) => [configEvent(EVENT_TYPES.configChanged, accepted)],
})
