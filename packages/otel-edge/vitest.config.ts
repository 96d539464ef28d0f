import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [
    cloudflareTest(({ inject }) => ({
      wrangler: { configPath: './test/wrangler.toml' },
      miniflare: {
        bindings: {
          COLLECTOR_URL: inject<string>('collectorUrl'),
          OTEL_EXPORTER_OTLP_ENDPOINT: `${inject<string>('collectorUrl')}/inbox/shared`,
        },
      },
    })),
  ],
  test: {
    name: 'otel-edge',
    include: ['{src,test/workerd}/**/*.test.ts'],
    // Limits end a test that hangs. They say nothing about speed.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    globalSetup: ['./test/collector-server.ts'],
  },
})
