import { defineConfig } from 'vite'

const server = process.env.COUNTERSIGN_SERVER ?? 'http://127.0.0.1:8084'
const proxied = { target: server, changeOrigin: false }

export default defineConfig({
  base: '/app/',
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
          groups: [{ name: 'vendor', test: /node_modules/ }],
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
