import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [
    cloudflareTest(({ inject }) => ({
      wrangler: { configPath: './test/wrangler.toml' },
      miniflare: {
        bindings: {
          COLLECTOR_URL: inject<string>('collectorUrl'),
          OTEL_EXPORTER_OTLP_ENDPOINT: `${inject<string>('collectorUrl')}/shared`,
        },
      },
    })),
  ],
  test: { name: 'otel-edge', include: ['src/**/*.test.ts'], globalSetup: ['./test/collector-server.ts'] },
})
