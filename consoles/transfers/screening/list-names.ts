/** The lists that are taken, by the id of their record; what each is called is its publisher's own. */
export const LIST_NAMES = {
  ofac_sdn: 'OFAC SDN',
  ofac_consolidated: 'OFAC Consolidated',
  un_security_council: 'UN Security Council',
} as const

export type ListId = keyof typeof LIST_NAMES
export const LIST_IDS = Object.keys(LIST_NAMES) as [ListId, ...ListId[]]

export const isListId = (id: string): id is ListId => Object.hasOwn(LIST_NAMES, id)
