import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [react()],
  server: { proxy: { '/v1/traces': process.env.OTEL_EXPORTER_OTLP_ENDPOINT ?? 'http://localhost:4318' } },
})
