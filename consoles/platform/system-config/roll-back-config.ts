import {
  accept,
  defineAction,
  OTHER,
  refuse,
  refuseField,
  UNSPECIFIED,
} from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { canonicalBytes } from '@countersign/kernel/personal-data/canonical-json.ts'
import { z } from 'zod'
import { EVENT_TYPES } from '../contract.ts'
import type { Upstreams } from '../upstreams.ts'
import { CONFIG_REASONS, type ConfigChange, configEvent, refuseFinancial } from './config-change.ts'
import { type ConfigState, config, valueInWords } from './config-entity.ts'
import { configFault, formInWords } from './config-form.ts'
import { configForms } from './config-forms.ts'
import { CONFIG_NOTE } from './financial-config.ts'

const version = z.int32().min(1)
const input = z.object({ version: version.meta({ title: 'Earlier version' }) })

/** P-08: the value of an earlier version is that of the next one. Nothing of the history goes away. */
export const rollBackConfig = defineAction<ConfigState, typeof input, ConfigChange, Upstreams>({
  name: 'platform.roll_back_config',
  risk: 'medium',
  movesMoney: false,
  target: config,
  input,
  reasons: [
    { code: 'taken_back', title: say`The change did not do what it should` },
    ...CONFIG_REASONS,
    OTHER,
  ],
  approvals: { required: 0, eligibleRoles: ['platform/PLATFORM_ADMIN'], expiresInS: 24 * 3600 },
  door: {
    method: 'POST',
    path: '/api/ops/system-config/:key/rollback',
    body: z.object({ version, reason: z.string().optional() }),
    fields: { 'target.id': 'key', 'reason.code': 'reason', 'reason.note': 'reason' },
    toRequest: ({ version: to, reason }, { key = '' }) => ({
      ...{ targetId: key, input: { version: to } },
      ...(typeof reason === 'string' && reason.trim() !== '' ? { reason: reason.trim() } : {}),
    }),
    beside: () => ({ success: true, message: say`Configuration rolled back`, note: CONFIG_NOTE }),
  },
  present: { title: say`Roll back`, tone: 'neutral', help: say`Sets the value of an earlier version again.` },
  inverse: 'platform.roll_back_config',
  inverseInput: (accepted) => ({ version: accepted.version - 1 }),
  offeredOn: (state) => !state.financial && state.config.version > 1,
  decide(state, { version: to }, { reason }) {
    if (state.financial) return refuseFinancial()
    const { key, config: held, wanted } = state
    if (!wanted) {
      return refuseField('input.version', say`is no version of it: there are 1 to ${held.version}`)
    }
    if (reason?.code === UNSPECIFIED.code) {
      return refuseField('reason.code', say`is required: its history says why each value was set`)
    }
    const form = configForms[key]
    if (!form || form.version !== wanted.schema_version || configFault(form, wanted.value)) {
      return refuse(
        'schema_changed',
        form
          ? say`What ${key} may hold has changed since version ${to}: a value ${formInWords(form)}. Set the value that is meant instead (PUT /api/ops/system-config/${key}).`
          : say`Nothing says what ${key} may hold, so it is changed by nobody here.`,
      )
    }
    if (canonicalBytes(held.config_value).equals(canonicalBytes(wanted.value))) {
      return refuse('nothing_changed', say`${key} has this value already.`)
    }
    return accept({
      ...{ key, value: wanted.value, version: held.version + 1 },
      ...{ schema_version: form.version, rolled_back_to: to },
    })
  },
  preview(state, { version: to }) {
    const [before, after] =
      state.financial || !state.wanted
        ? ['', '']
        : [state.config.config_value, state.wanted.value].map(valueInWords)
    return {
      summary: say`${state.key} has the value of version ${to} again, at once.`,
      changes: [{ label: state.key, before, after }],
      effects: [say`The value of now stays in its history and can be taken back.`],
    }
  },
  recorded: ({ version: made, rolled_back_to: to = 0 }) => ({ version: made, rolled_back_to: to }),
  eventTypes: [EVENT_TYPES.configRolledBack],
  events: (accepted) => [configEvent(EVENT_TYPES.configRolledBack, accepted)],
})
