import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'
import { throughlineScript } from './vite/throughline-script.ts'

const gateway = `http://localhost:${process.env.PORT ?? 8787}`

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // `vite dev` is for work on the shop's pages; everything behind them is answered by the running system.
  server: { proxy: { '/api': gateway, '/v1/traces': gateway, '/config.json': gateway } },
  // Data URIs would need `img-src data:` in the content security policy, so that nothing is inlined.
  build: { assetsInlineLimit: 0 },
  plugins: [throughlineScript()],
})
