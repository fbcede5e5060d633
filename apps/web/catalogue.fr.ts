import kit from '@countersign/web-kit/catalogue.fr.ts'
import { type Catalogue, mergeCatalogues } from '@countersign/web-kit/messages.ts'

/** What the shell shows before any console or page of control is loaded, in French. */
export default mergeCatalogues({
  ...import.meta.glob<Catalogue>('./{approvals,mentions,pages,shell}/*.messages.fr.json', {
    eager: true,
    import: 'default',
  }),
  // What each console is called stands in its own folder.
  ...import.meta.glob<Catalogue>('../../consoles/*/web/entry.messages.fr.json', {
    eager: true,
    import: 'default',
  }),
  kit,
})
