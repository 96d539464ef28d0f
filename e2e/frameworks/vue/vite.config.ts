import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [vue()],
  server: { proxy: { '/v1/traces': process.env.OTEL_EXPORTER_OTLP_ENDPOINT ?? 'http://localhost:4318' } },
})
