import { type Catalogue, mergeCatalogues } from '@countersign/web-kit/messages.ts'

export default mergeCatalogues(
  import.meta.glob<Catalogue>('./*.messages.ar.json', { eager: true, import: 'default' }),
)
