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

/** The same of a rule that is to be tuned: it stands in the queue among the hits, where they name whom they are on. */
export const RULES_TO_TUNE: Readonly<Record<string, string>> = {
  'rule:names_ofac_sdn': 'transfers.rule.tune.names_ofac_sdn',
  'rule:names_ofac_consolidated': 'transfers.rule.tune.names_ofac_consolidated',
  'rule:names_un_security_council': 'transfers.rule.tune.names_un_security_council',
  'rule:name_85': 'transfers.rule.tune.name_85',
  'rule:name_and_birth_date': 'transfers.rule.tune.name_and_birth_date',
  'rule:alias_match': 'transfers.rule.tune.alias_match',
}

/** A rule that nobody has named here keeps its code, as words. */
export function ruleName(rule: string | null, t: Translate): string | null {
  if (rule === null) return null
  const name = RULE_NAMES[rule]
  return name === undefined ? rule.replaceAll('_', ' ') : t(name)
}
