import kit from '@countersign/web-kit/catalogue.en.ts'
import { type Catalogue, mergeCatalogues } from '@countersign/web-kit/messages.ts'

/** What the shell shows before any console or page of control is loaded, in English. */
export default mergeCatalogues({
  ...import.meta.glob<Catalogue>('./{approvals,mentions,pages,shell}/*.messages.en.json', {
    eager: true,
    import: 'default',
  }),
  // What each console is called stands in its own folder.
  ...import.meta.glob<Catalogue>('../../consoles/*/web/entry.messages.en.json', {
    eager: true,
    import: 'default',
  }),
  kit,
})
