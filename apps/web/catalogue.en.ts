import transfers from '@countersign/transfers/web/entry.messages.en.json'
import kit from '@countersign/web-kit/catalogue.en.ts'
import { type Catalogue, mergeCatalogues } from '@countersign/web-kit/messages.ts'

/** What the shell shows before any console is loaded, in English. */
export default mergeCatalogues({
  ...import.meta.glob<Catalogue>('./**/*.messages.en.json', { eager: true, import: 'default' }),
  kit,
  transfers,
})
