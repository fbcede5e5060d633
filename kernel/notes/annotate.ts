/** The permission to write beside a record: notes and evidence. On which records, reading them decides. */
export const ANNOTATE = 'kernel:annotate'
