import type { ConfigForm } from './config-form.ts'

const TIME_OF_DAY = { pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', such: '02:00' }
const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']

/**
 * What each key may hold. FORBIDDEN: no key that is financial has a form here, so that nothing of this console can even say what would
 * be right there (P-08, P-11).
 */
export const configForms: Readonly<Record<string, ConfigForm>> = {
  feature_flag_qr: { type: 'flag', version: 1 },
  feature_flag_wallets: { type: 'flag', version: 1 },
  feature_flag_saved_cards: { type: 'flag', version: 1 },
  checkout_timeout: { type: 'duration', min: '1m', max: '2h', version: 1 },
  gateway_timeout: { type: 'duration', min: '500ms', max: '60s', version: 1 },
  webhook_timeout: { type: 'duration', min: '500ms', max: '30s', version: 1 },
  webhook_attempts: { type: 'integer', min: 1, max: 20, version: 1 },
  gateway_degraded_rate: { type: 'percentage', min: 50, max: 100, version: 1 },
  api_deprecations_announced: { type: 'boolean', version: 1 },
  checkout_layout: { type: 'enum', allowed: ['compact', 'wide', 'steps'], version: 1 },
  maintenance_window: {
    type: 'object',
    members: { day: { allowed: DAYS }, from: TIME_OF_DAY, to: TIME_OF_DAY },
    version: 1,
  },
}
