import { say } from '@countersign/kernel/languages/say.ts'

/** What is said of a financial key, whatever was asked of it: nothing of its value, nor whether one that was sent is right. */
export const FINANCIAL_CONFIG = {
  code: 'financial_config',
  message: say`Cannot modify financial configuration`,
  explanation: say`Financial configs require FINANCE_ADMIN role`,
} as const

/** Every answer about configuration carries it. */
export const CONFIG_NOTE = say`Financial configurations are not accessible via Ops Console`
