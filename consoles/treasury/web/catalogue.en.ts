import { type Catalogue, mergeCatalogues } from '@countersign/web-kit/messages.ts'

export default mergeCatalogues(
  import.meta.glob<Catalogue>('./*.messages.en.json', { eager: true, import: 'default' }),
)
