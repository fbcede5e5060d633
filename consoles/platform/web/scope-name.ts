/** Of whom a limit or a list is: message ids. */
export const SCOPE_NAMES: Readonly<Record<string, string>> = {
  global: 'platform.scope.global',
  merchant: 'platform.scope.merchant',
  console: 'platform.scope.console',
}
