import type { ConsoleWeb } from '@countersign/web-kit/console-web.ts'
import { lazyPart } from '@countersign/web-kit/lazy-part.tsx'
import { allowlistForm } from './allowlist-form.tsx'
import { allowlistView } from './allowlist-view.tsx'
import { changeConfigForm, rollBackConfigForm } from './config-fields.tsx'
import { configView } from './config-view.tsx'
import { edgeScopeView } from './edge-scope-view.tsx'
import { sources } from './entry.ts'
import { BREAKER_NAMES, gatewayView } from './gateway-view.tsx'
import { merchantRegisterView } from './merchant-register-view.ts'
import { merchantView } from './merchant-view.tsx'
import { METHOD_NAMES } from './method-name.ts'
import { overrideForm } from './override-form.tsx'
import { changeLimitForm, rateLimitView } from './rate-limit-view.tsx'
import { SCOPE_NAMES } from './scope-name.ts'
import { transactionView } from './transaction-view.tsx'
import { userDirectoryView, userView } from './user-view.tsx'

/** The platform console in the browser. */
const platform: ConsoleWeb = {
  name: 'platform',
  messages: {
    en: () => import('./catalogue.en.ts'),
    fr: () => import('./catalogue.fr.ts'),
    ar: () => import('./catalogue.ar.ts'),
  },
  records: {
    merchant: merchantView,
    merchant_register: merchantRegisterView,
    transaction: transactionView,
    gateway: gatewayView,
    rate_limit: rateLimitView,
    allowlist: allowlistView,
    edge_scope: edgeScopeView,
    user: userView,
    user_directory: userDirectoryView,
    config: configView,
  },
  pages: {
    dashboard: lazyPart(() => import('./dashboard-page.tsx'), 'platform.dashboard'),
  },
  actionForms: {
    'platform.create_merchant': { labels: { checkout_methods: METHOD_NAMES } },
    'platform.override_gateway': overrideForm,
    'platform.add_allowlist': allowlistForm,
    'platform.change_rate_limit': changeLimitForm,
    'platform.change_allowlist': allowlistForm,
    'platform.change_config': changeConfigForm,
    'platform.roll_back_config': rollBackConfigForm,
  },
  actionKeys: {
    'platform.create_merchant': 'n',
    'platform.suspend_merchant': 's',
    'platform.activate_merchant': 'v',
    'platform.override_gateway': 'r',
    'platform.end_gateway_override': 'e',
    'platform.change_config': 'e',
    'platform.roll_back_config': 'b',
    'platform.invite_user': 'i',
  },
  personalLabels: { 'contact.email': 'platform.personal.email', email: 'platform.personal.email' },
  columnLabels: {
    method: METHOD_NAMES,
    kind: METHOD_NAMES,
    breaker: BREAKER_NAMES,
    scope: SCOPE_NAMES,
  },
  hiddenColumns: [],
  sources,
}

export default platform
