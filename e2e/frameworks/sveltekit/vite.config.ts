import adapter from '@sveltejs/adapter-node'
import { sveltekit } from '@sveltejs/kit/vite'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [sveltekit({ adapter: adapter() })],
  server: { proxy: { '/v1/traces': process.env.OTEL_EXPORTER_OTLP_ENDPOINT ?? 'http://localhost:4318' } },
})
