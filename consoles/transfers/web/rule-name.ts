import type { Translate } from '@countersign/web-kit/messages.ts'

/** What rules are called: our own, one for each list, and those of Compliance that are known here. */
export const RULE_NAMES: Readonly<Record<string, string>> = {
  names_ofac_sdn: 'transfers.rule.names_ofac_sdn',
  names_ofac_consolidated: 'transfers.rule.names_ofac_consolidated',
  names_un_security_council: 'transfers.rule.names_un_security_council',
  name_85: 'transfers.rule.name_85',
  name_and_birth_date: 'transfers.rule.name_and_birth_date',
  alias_match: 'transfers.rule.alias_match',
}

/** A rule that nobody has named here keeps its code, as words. */
export function ruleName(rule: string | null, t: Translate): string | null {
  if (rule === null) return null
  const name = RULE_NAMES[rule]
  return name === undefined ? rule.replaceAll('_', ' ') : t(name)
}
