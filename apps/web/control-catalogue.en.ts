import { type Catalogue, mergeCatalogues } from '@countersign/web-kit/messages.ts'

/** The pages and records of control and system, in English. */
export default mergeCatalogues(
  import.meta.glob<Catalogue>('./{audit,help,people,policy,system,team}/*.messages.en.json', {
    eager: true,
    import: 'default',
  }),
)
