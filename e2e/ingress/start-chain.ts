import { join } from 'node:path'
import { startCollector } from '@throughline/otel-collector'
import { freePort } from '@throughline/otel-testing/node'
import { bundleWorker, serveBundle } from '@throughline/otel-testing/workers'
import type { TestProject } from 'vitest/node'
import { type ServiceProcess, startService } from '../../scripts/service-process.ts'
import { startParts } from '../start-parts.ts'
import { startEnvoy } from './proxies/envoy.ts'
import { envoyListeners, nginxServers } from './proxies/listeners.ts'
import { startNginx } from './proxies/nginx.ts'
import { findEnvoy, findNginx, type Program } from './proxies/programs.ts'
import type { StartedProxy } from './proxies/started-proxy.ts'
import type { Format } from './service/propagators.ts'

/** The addresses of a proxy's listeners by name, or the reason why the proxy is not run. */
export type Proxy = { readonly urls: Readonly<Record<string, string>> } | { readonly missing: string }

/** The addresses of everything that runs during the tests. */
export interface Chain {
  readonly otlpUrl: string
  readonly uiUrl: string
  readonly gateways: Readonly<Record<GatewayName, string>>
  /** A service for each format, whose name is that of the format. */
  readonly services: Readonly<Record<Format, string>>
  readonly nginx: Proxy
  readonly envoy: Proxy
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly chain: Chain
  }
}

const FORMATS: readonly Format[] = ['w3c', 'b3', 'b3multi', 'b3-64', 'jaeger']

/** The variables of each gateway. All but `public` continue the trace of every caller. */
const GATEWAYS = {
  public: {},
  w3c: { TRUST: 'all' },
  b3: { TRUST: 'all', OTEL_PROPAGATORS: 'tracecontext,baggage,b3' },
  b3multi: { TRUST: 'all', OTEL_PROPAGATORS: 'tracecontext,baggage,b3multi' },
  jaeger: { TRUST: 'all', OTEL_PROPAGATORS: 'tracecontext,baggage,jaeger' },
  all: { TRUST: 'all', OTEL_PROPAGATORS: 'tracecontext,baggage,b3,b3multi,jaeger' },
} as const

export type GatewayName = keyof typeof GATEWAYS

/** Starts the embedded collector, the workers, the services and the proxies, and gives their addresses to the tests. */
export default async function startChain({ provide }: TestProject): Promise<() => Promise<void>> {
  return startParts('ingress', async ({ folder, keep }) => {
    const collector = await startCollector({ otlpPort: 0, uiPort: 0 })
    void keep(Promise.resolve({ stop: () => collector.shutdown() }))
    const { otlpUrl, uiUrl } = collector
    const otlp = new URL('/', otlpUrl).href
    const script = await bundleWorker(join(import.meta.dirname, 'worker/gateway.ts'), folder)
    const [services, gateways, nginxProgram, envoyProgram] = await Promise.all([
      forEach(FORMATS, (format) => keep(startFormat(format, otlp))),
      forEach(Object.keys(GATEWAYS) as GatewayName[], (name) =>
        keep(serveBundle(script, { bindings: { ...GATEWAYS[name], OTEL_EXPORTER_OTLP_ENDPOINT: otlp } })),
      ),
      findNginx(),
      findEnvoy(),
    ])
    const upstreams = { shop: services.w3c, gateway: gateways.public }
    const clusters = { ...upstreams, b3: services.b3, bridge: gateways.all, otlp }
    const [nginx, envoy] = await Promise.all([
      startProxy(nginxProgram, (path) =>
        keep(startNginx({ path, folder: join(folder, 'nginx'), upstreams, servers: nginxServers() })),
      ),
      startProxy(envoyProgram, (path) =>
        keep(startEnvoy({ path, folder: join(folder, 'envoy'), clusters, listeners: envoyListeners() })),
      ),
    ])
    for (const [name, proxy] of Object.entries({ nginx, envoy }))
      if ('missing' in proxy) console.log(`not run: ${name}. ${proxy.missing}`)
    provide('chain', { otlpUrl, uiUrl, gateways, services, nginx, envoy })
  })
}

/** Starts one for each name, all at once, and returns their addresses. */
async function forEach<Name extends string>(
  names: readonly Name[],
  start: (name: Name) => Promise<{ readonly url: string }>,
): Promise<Record<Name, string>> {
  const entries = await Promise.all(names.map(async (name) => [name, (await start(name)).url] as const))
  return Object.fromEntries(entries) as Record<Name, string>
}

async function startProxy(program: Program, start: (path: string) => Promise<StartedProxy>): Promise<Proxy> {
  return 'missing' in program ? program : { urls: (await start(program.path)).urls }
}

/** Starts a service with stock OpenTelemetry that speaks one format. Its name is that of the format. */
async function startFormat(format: Format, otlp: string): Promise<ServiceProcess & { readonly url: string }> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const service = await startService({
    name: `service ${format}`,
    command: [process.execPath, join(import.meta.dirname, 'service/main.ts')],
    env: {
      PATH: process.env.PATH,
      ...{ SERVICE: format, FORMAT: format, PORT: String(port) },
      OTEL_EXPORTER_OTLP_ENDPOINT: otlp,
    },
    readyUrl: `${url}/healthz`,
  })
  return { ...service, url }
}
