import { readFileSync } from 'node:fs'
import type { Catalogue, Catalogues } from './make-teller.ts'

/** `texts.fr.json` and `texts.ar.json` of a folder. @throws Error where one is not there */
export function readCatalogues(folder: URL): Catalogues {
  const read = (language: keyof Catalogues) =>
    JSON.parse(readFileSync(new URL(`texts.${language}.json`, folder), 'utf8')) as Catalogue
  return { fr: read('fr'), ar: read('ar') }
}
