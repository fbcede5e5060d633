/** A version of a list was taken into force. */
export const LIST_TAKEN = 'transfers.sanctions_list.taken_into_force'

export const listStream = (id: string): string => `transfers.sanctions_list/${id}`
