import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generatedDocs } from './docs/generated-docs.ts'

/** `npm run docs`: writes `docs/generated` anew; pages of what is no longer declared go. */
const directory = fileURLToPath(new URL('../docs/generated', import.meta.url))
rmSync(directory, { recursive: true, force: true })
const pages = generatedDocs()
for (const [path, text] of pages) {
  mkdirSync(dirname(join(directory, path)), { recursive: true })
  writeFileSync(join(directory, path), text)
}
console.log(`${pages.size} pages in docs/generated`)
