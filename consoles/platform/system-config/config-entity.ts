import {
  defineEntity,
  type EntityType,
  type RegisterColumn,
} from '@countersign/kernel/entities/define-entity.ts'
import { say, type Text } from '@countersign/kernel/languages/say.ts'
import type { Json } from '@countersign/kernel/personal-data/canonical-json.ts'
import { z } from 'zod'
import type { Upstreams } from '../upstreams.ts'
import { configForms } from './config-forms.ts'
import {
  type Config,
  type ConfigVersion,
  isFinancialConfig,
  listConfigs,
  loadConfig,
  loadVersion,
  type RecentVersion,
  recentVersions,
} from './config-record.ts'
import { CONFIG_NOTE } from './financial-config.ts'

const word = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/)

/** One key as it is decided on; of a financial one nothing but that it is. */
export type ConfigState =
  | { readonly financial: true; readonly key: string }
  | {
      readonly financial: false
      readonly key: string
      readonly config: Config
      /** That an action names, where it names one. */
      readonly wanted: ConfigVersion | undefined
      /** Newest first; none where many are listed. */
      readonly recent: readonly RecentVersion[]
    }

export const config: EntityType<ConfigState, Upstreams> = {
  kind: 'config',
  console: 'platform',
  async read(key, _upstreams, { events, ask, input }) {
    const stream = configStream(key)
    // The stream first: a change between the two readings is then found out at commit.
    const { length: version } = await events(stream)
    const at = { version: String(version), stream: { name: stream, version } }
    const held = await ask(({ pool }) => loadConfig(pool, key))
    if (!held) {
      // To look at there is none that is financial; who would change one is told why not.
      return input !== undefined && (await ask(({ pool }) => isFinancialConfig(pool, key)))
        ? { ...at, status: 'found', state: { financial: true, key } }
        : { status: 'missing' }
    }
    const number = (input as { version?: number } | undefined)?.version
    const wanted = number === undefined ? undefined : await ask(({ pool }) => loadVersion(pool, key, number))
    const recent = await ask(({ pool }) => recentVersions(pool, key))
    return { ...at, status: 'found', state: { financial: false, key, config: held, wanted, recent } }
  },
  present: (state) => ({
    title: state.key,
    state: 'active',
    data: state.financial
      ? {}
      : {
          ...state.config,
          schema: (configForms[state.key] as Json | undefined) ?? null,
          history: [...state.recent],
        },
    banners: [{ tone: 'info', text: say`Financial configurations are not accessible via Ops Console` }],
  }),
  list: {
    filters: z.object({
      category: word.optional(),
      key: word.optional().meta({ description: 'How the key begins.' }),
    }),
    async page({ filters, cursor, limit }, _upstreams, _signal, ask) {
      const [category, key] = cursor?.split('/') ?? []
      const after = category === undefined || key === undefined ? undefined : { category, key }
      if (cursor !== undefined && !after) return { status: 'no_such_cursor' }
      const found = await ask(({ pool }) => listConfigs(pool, { ...filters, after, limit: limit + 1 }))
      const page = found.slice(0, limit)
      const last = page.at(-1)
      return {
        status: 'found',
        records: page.map((one) => ({
          ...{ id: one.config_key, version: String(one.version) },
          state: { financial: false, key: one.config_key, config: one, wanted: undefined, recent: [] },
        })),
        nextCursor: found.length > limit && last ? `${last.category}/${last.config_key}` : null,
      }
    },
    register: {
      title: say`System config`,
      note: CONFIG_NOTE,
      columns: [
        { key: 'key', title: say`Key`, type: 'text', stays: true, value: ({ key }) => key },
        {
          ...{ key: 'value', title: say`Value`, type: 'text' },
          value: (state) => (state.financial ? null : valueInWords(state.config.config_value)),
        },
        column('category', say`Category`),
        column('description', say`What it is for`),
        {
          ...{ key: 'updated_at', title: say`Changed`, type: 'time' },
          value: (state) => (state.financial ? null : state.config.updated_at),
        },
      ],
      filters: [
        { key: 'key', title: say`Key`, hint: say`How the key begins.` },
        { key: 'category', title: say`Category`, hint: say`Such as feature_flags.` },
      ],
    },
    door: {
      path: '/api/ops/system-config',
      summary: 'How the platform is set up, by category and key; nothing that is financial',
      member: 'data',
      item: (state) => (state.financial ? {} : configOnDoor(state.config)),
      beside: { success: true, note: CONFIG_NOTE },
    },
  },
}

export const configEntity = defineEntity(config)

function column(key: 'category' | 'description', title: Text): RegisterColumn<ConfigState> {
  return { key, title, type: 'text', value: (state) => (state.financial ? null : state.config[key]) }
}

/** With what it may hold, so that a form can be made of it. */
export function configOnDoor(config: Config): Record<string, Json> {
  return { ...config, schema: (configForms[config.config_key] as Json | undefined) ?? null }
}

/** As a person reads it: text without quotes. */
export function valueInWords(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export function configStream(key: string): string {
  return `platform.config/${key}`
}
