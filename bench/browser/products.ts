import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One product under test, or the page without any. */
export interface Product {
  readonly id: string
  readonly label: string
  /** Entry file in products/, bundled by esbuild; absent for the page without an SDK and for Throughline. */
  readonly entry?: string
  /** npm packages whose installed versions the report lists. */
  readonly packages: readonly string[]
  /** The page's own code is compiled to before async/await, which zone.js needs to follow it. */
  readonly downLevelled?: boolean
}

export const NO_SDK: Product = { id: 'none', label: 'no SDK', packages: [] }
export const OURS: Product = { id: 'throughline', label: 'Throughline', packages: [] }

const OPENTELEMETRY = [
  '@opentelemetry/sdk-trace-web',
  '@opentelemetry/exporter-trace-otlp-http',
  '@opentelemetry/instrumentation-fetch',
  '@opentelemetry/instrumentation-xml-http-request',
  '@opentelemetry/instrumentation-document-load',
  '@opentelemetry/instrumentation-user-interaction',
]
const ZONE = [...OPENTELEMETRY, '@opentelemetry/context-zone', 'zone.js']

const PEERS: readonly Product[] = [
  peer('opentelemetry', 'OpenTelemetry', OPENTELEMETRY),
  peer('opentelemetry-zone', 'OpenTelemetry + zone', ZONE),
  {
    ...peer('opentelemetry-zone', 'OpenTelemetry + zone, down-levelled', ZONE),
    id: 'opentelemetry-zone-downlevelled',
    downLevelled: true,
  },
  peer('dash0', 'Dash0', ['@dash0/sdk-web']),
  peer('faro', 'Grafana Faro + tracing', ['@grafana/faro-web-sdk', '@grafana/faro-web-tracing']),
  peer('honeycomb', 'Honeycomb', [
    '@honeycombio/opentelemetry-web',
    '@opentelemetry/auto-instrumentations-web',
  ]),
  peer('sentry', 'Sentry', ['@sentry/browser']),
  peer('datadog', 'Datadog RUM slim', ['@datadog/browser-rum-slim']),
  peer('elastic', 'Elastic APM RUM', ['@elastic/apm-rum']),
  peer('splunk', 'Splunk', ['@splunk/otel-web']),
]

/** Throughline first, then the other products. */
export const PRODUCTS: readonly Product[] = [OURS, ...PEERS]

/** `name version` of a product's packages, as installed. */
export function versionsOf(product: Product): readonly string[] {
  return product.packages.map((name) => {
    const file = join(import.meta.dirname, 'node_modules', name, 'package.json')
    if (!existsSync(file)) return `${name} (not installed)`
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }
    return `${name} ${version}`
  })
}

function peer(id: string, label: string, packages: readonly string[]): Product {
  return { id, label, entry: `${id}.ts`, packages }
}
