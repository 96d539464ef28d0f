import packageJson from './package.json' with { type: 'json' }

const { dependencies } = packageJson

/** The workers that are measured beside bare Hono, by the names of their files in `workers`. */
export const PEERS = ['throughline', 'hono-otel', 'otel-cf-workers', 'sentry'] as const

export const LABELS: Readonly<Record<string, string>> = {
  bare: 'bare Hono',
  throughline: '**ours**',
  'throughline-minimal': '**ours, minimal**',
  'hono-otel': '@hono/otel + stock SDK',
  'otel-cf-workers': 'otel-cf-workers',
  sentry: '@sentry/cloudflare',
}

export const VERSIONS = [
  `hono ${dependencies.hono}`,
  `@hono/otel ${dependencies['@hono/otel']} with @opentelemetry/sdk-trace-base ${dependencies['@opentelemetry/sdk-trace-base']} and exporter-trace-otlp-http ${dependencies['@opentelemetry/exporter-trace-otlp-http']}`,
  `@microlabs/otel-cf-workers ${dependencies['@microlabs/otel-cf-workers']}`,
  `@sentry/cloudflare ${dependencies['@sentry/cloudflare']}`,
]
