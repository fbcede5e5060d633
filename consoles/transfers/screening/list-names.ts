import { type Said, say } from '@countersign/kernel/languages/say.ts'

/** The lists that are taken, by the id of their record; what each is called is its publisher's own, and kept so with every hit. */
export const LIST_NAMES = {
  ofac_sdn: 'OFAC SDN',
  ofac_consolidated: 'OFAC Consolidated',
  un_security_council: 'UN Security Council',
} as const

/** What each is called where somebody reads it. */
export const LIST_TITLES: Readonly<Record<keyof typeof LIST_NAMES, Said | string>> = {
  ofac_sdn: LIST_NAMES.ofac_sdn,
  ofac_consolidated: say`OFAC Consolidated`,
  un_security_council: say`UN Security Council`,
}

export type ListId = keyof typeof LIST_NAMES
export const LIST_IDS = Object.keys(LIST_NAMES) as [ListId, ...ListId[]]

export const isListId = (id: string): id is ListId => Object.hasOwn(LIST_NAMES, id)
