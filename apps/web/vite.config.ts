import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig, type Plugin } from 'vite'
import { type CatalogueFile, catalogueFaults } from './catalogue-faults.ts'

const server = process.env.COUNTERSIGN_SERVER ?? 'http://127.0.0.1:8084'
const proxied = { target: server, changeOrigin: false }

const ROOT = join(import.meta.dirname, '..', '..')
const MESSAGES =
  /^(?:ui|web-kit|apps\/web|consoles\/[^/]+\/web)\/(?!.*node_modules).*\.messages\.[\w-]+\.json$/

function messageFiles(): CatalogueFile[] {
  return ['ui', 'web-kit', 'apps/web', 'consoles']
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map(
        (file) => `${folder}/${file}`,
      ),
    )
    .filter((path) => MESSAGES.test(path))
    .map((path) => ({ path, texts: JSON.parse(readFileSync(join(ROOT, path), 'utf8')) }))
}

/** No build says less in one language than in another: there is no English to fall back on. */
const completeCatalogues: Plugin = {
  name: 'complete-catalogues',
  apply: 'build',
  buildStart() {
    const faults = catalogueFaults(messageFiles())
    if (faults.length > 0) this.error(`Texts are not complete in every language:\n${faults.join('\n')}`)
  },
}

export default defineConfig({
  base: '/app/',
  plugins: [completeCatalogues],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    sourcemap: false,
    // The console's content security policy has no data: URLs for fonts or scripts.
    assetsInlineLimit: 0,
    rolldownOptions: {
      // Libraries mark modules "use client" for server rendering, which there is none of here.
      checks: { moduleLevelDirective: false },
      output: {
        codeSplitting: {
          // What draws charts is loaded with the first chart, what reads guides with the first guide.
          groups: [
            { name: 'vendor', test: /node_modules\/(?!(?:uplot|marked)\/)/ },
            // In pieces as small as their modules they cost a page thirty requests more.
            { name: 'kit', test: /\/(?:ui|web-kit)\/.*\.(?:tsx?|css)$/, minShareCount: 4 },
          ],
        },
      },
    },
  },
  server: {
    port: 8083,
    strictPort: true,
    host: '127.0.0.1',
    proxy: {
      '/v1': proxied,
      '/auth': proxied,
      '/returns': proxied,
      '/entity': proxied,
      '/exceptions': proxied,
    },
  },
})
