import kit from '@countersign/web-kit/catalogue.ar.ts'
import { type Catalogue, mergeCatalogues } from '@countersign/web-kit/messages.ts'

/** What the shell shows before any console or page of control is loaded, in Arabic. */
export default mergeCatalogues({
  ...import.meta.glob<Catalogue>('./{approvals,mentions,pages,shell}/*.messages.ar.json', {
    eager: true,
    import: 'default',
  }),
  // What each console is called stands in its own folder.
  ...import.meta.glob<Catalogue>('../../consoles/*/web/entry.messages.ar.json', {
    eager: true,
    import: 'default',
  }),
  kit,
})
