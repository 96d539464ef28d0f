import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'
import { throughlineScript } from './vite/throughline-script.ts'

const gateway = `http://localhost:${process.env.PORT ?? 8787}`

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // `vite dev` serves the shop's pages; API requests are proxied to the running system.
  server: { proxy: { '/api': gateway, '/v1/traces': gateway, '/config.json': gateway } },
  // Nothing is inlined: data URIs would need `img-src data:` in the content security policy.
  build: { assetsInlineLimit: 0 },
  plugins: [throughlineScript()],
})
