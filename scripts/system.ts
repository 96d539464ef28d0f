import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, run } from './command.ts'
import { findJaeger, writeJaegerConfig } from './jaeger.ts'
import { findFreePorts, freePorts, type Ports } from './ports.ts'
import { type ServiceProcess, startService } from './service-process.ts'
import type { Programs } from './services/prepare.ts'
import { canShip, type Services, startServices } from './services/services.ts'

const EDGE_CONFIGS = [
  'wrangler.toml',
  ...['shop', 'inventory', 'fulfilment'].map((name) => `apps/edge/${name}/wrangler.toml`),
]
// With the sampled flag 0, the readiness checks cause no traces in the viewer.
const UNSAMPLED = {
  traceparent: '00-00000000000000000000000000000001-0000000000000001-00',
  'sec-fetch-site': 'same-origin',
}

export interface SystemOptions {
  readonly ports: Ports
  /** The folder of D1, KV, queues, Durable Objects and the collector's database. */
  readonly stateFolder: string
  /** Jaeger in place of the embedded collector. */
  readonly jaeger?: boolean
  /** A collector that listens on the ports, in place of the embedded one. */
  readonly collector?: ServiceProcess
  /** Payments are made by the Go services, shipments by the Node services, with the servers that are started from these programs. */
  readonly services?: Programs
  /** Called with every line that a service prints. */
  readonly onLine?: (service: string, line: string) => void
}

/** The running system. */
export interface System {
  readonly shopUrl: string
  readonly otlpUrl: string
  readonly uiUrl: string
  /** The process that was started last. */
  readonly collector: ServiceProcess
  readonly backend: ServiceProcess
  readonly edge: ServiceProcess
  /** With the option `services`. */
  readonly services: Services | undefined
  /** Starts the service again after it was stopped. */
  startCollector(): Promise<void>
  startBackend(): Promise<void>
  stop(): Promise<void>
}

/**
 * Starts collector, backend and edge workers and resolves when all of them answer. The web app must be built.
 *
 * Throws an `Error` that names the service that did not start. Services that have started are stopped then.
 */
export async function startSystem(options: SystemOptions): Promise<System> {
  const { ports, stateFolder } = options
  mkdirSync(stateFolder, { recursive: true })
  const running = new Set<ServiceProcess>()
  const keep = async (starting: Promise<ServiceProcess>): Promise<ServiceProcess> => {
    const service = await starting
    running.add(service)
    void service.ended.then(() => running.delete(service))
    return service
  }
  const startCollector = () => keep(startCollectorOf(options))
  const [paymentsPort = 0, shippingPort = 0] = await findFreePorts(2)
  const startBackend = () => keep(startPayments(options, paymentsPort))
  // The edge is stopped first and the collector last, so that spans that the others flush at the end are received.
  let services: Services | undefined
  const stop = async () => {
    for (const name of ['edge', 'backend', 'services', 'collector']) {
      if (name === 'services') await services?.stop()
      await Promise.all(
        [...running].filter((service) => service.name === name).map((service) => service.stop()),
      )
    }
  }
  const startingServices = startServicesOf(options, { paymentsPort, shippingPort }).then((started) => {
    services = started
    return started
  })
  const starting = [
    startCollector(),
    startBackend(),
    keep(startEdge(options, shippingPort)),
    startingServices,
  ] as const
  const failed = (await Promise.allSettled(starting)).find((result) => result.status === 'rejected')
  if (failed) {
    await stop()
    throw failed.reason
  }
  const [collector, backend, edge] = await Promise.all(starting)
  const latest = { collector, backend }
  return {
    shopUrl: `http://localhost:${ports.PORT}`,
    otlpUrl: `http://localhost:${ports.OTLP_PORT}/v1/traces`,
    uiUrl: `http://localhost:${ports.UI_PORT}`,
    get collector() {
      return latest.collector
    },
    get backend() {
      return latest.backend
    },
    edge,
    services,
    async startCollector() {
      latest.collector = await startCollector()
    },
    async startBackend() {
      latest.backend = await startBackend()
    },
    stop,
  }
}

async function startCollectorOf(options: SystemOptions): Promise<ServiceProcess> {
  if (options.collector) return options.collector
  return options.jaeger ? startJaeger(options) : startEmbeddedCollector(options)
}

function startEmbeddedCollector(options: SystemOptions): Promise<ServiceProcess> {
  const { OTLP_PORT, UI_PORT } = options.ports
  return startService({
    name: 'collector',
    command: [process.execPath, join(ROOT, 'packages/otel-collector/src/main.ts')],
    env: {
      ...process.env,
      OTLP_PORT: String(OTLP_PORT),
      UI_PORT: String(UI_PORT),
      DATABASE_PATH: join(options.stateFolder, 'traces.sqlite'),
    },
    readyUrl: `http://localhost:${OTLP_PORT}/healthz`,
    ...lines(options, 'collector'),
  })
}

async function startJaeger(options: SystemOptions): Promise<ServiceProcess> {
  const { OTLP_PORT, UI_PORT } = options.ports
  const jaeger = await findJaeger({ log: (line) => options.onLine?.('jaeger', line) })
  options.onLine?.('jaeger', jaeger.origin)
  const { PORT: grpc, UI_PORT: health } = await freePorts()
  const config = writeJaegerConfig({ otlp: OTLP_PORT, ui: UI_PORT, grpc, health })
  return startService({
    name: 'collector',
    command: [...jaeger.command, '--config', config],
    // By default Jaeger exports its own traces to a port on which nothing listens.
    env: { ...process.env, OTEL_TRACES_SAMPLER: 'always_off' },
    // Jaeger 2.21 has no `/api/services`; all versions 2.x have this path.
    readyUrl: `http://localhost:${UI_PORT}/api/v3/services`,
    ...lines(options, 'jaeger'),
  })
}

async function startServicesOf(
  options: SystemOptions,
  servicePorts: { readonly paymentsPort: number; readonly shippingPort: number },
): Promise<Services | undefined> {
  const { services: programs, ports, onLine } = options
  if (programs === undefined) return undefined
  return startServices({
    programs,
    otlpPort: ports.OTLP_PORT,
    ...servicePorts,
    ...(onLine ? { onLine } : {}),
  })
}

function startPayments(options: SystemOptions, paymentsPort: number): Promise<ServiceProcess> {
  const { BACKEND_PORT, OTLP_PORT } = options.ports
  return startService({
    name: 'backend',
    command: [process.execPath, join(ROOT, 'apps/backend/src/main.ts')],
    env: {
      ...withoutOtel(process.env),
      PORT: String(BACKEND_PORT),
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://localhost:${OTLP_PORT}`,
      DATABASE_PATH: join(options.stateFolder, 'payments.sqlite'),
      ...(options.services ? { PAYMENTS_URL: `http://127.0.0.1:${paymentsPort}` } : {}),
    },
    readyUrl: `http://localhost:${BACKEND_PORT}/healthz`,
    ...lines(options, 'backend'),
  })
}

/** The developer's environment without variables that change where the backend exports spans. */
function withoutOtel(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('OTEL_')))
}

async function startEdge(options: SystemOptions, shippingPort: number): Promise<ServiceProcess> {
  const { PORT, OTLP_PORT, UI_PORT, BACKEND_PORT } = options.ports
  const state = join(options.stateFolder, 'wrangler')
  const { PORT: inspectorPort } = await freePorts()
  // Every worker gets this environment, so it contains nothing of the developer's shell.
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    CI: 'true',
    WRANGLER_SEND_METRICS: 'false',
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
    CLOUDFLARE_INCLUDE_PROCESS_ENV: 'true',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://localhost:${OTLP_PORT}`,
    TRACE_URL: `http://localhost:${UI_PORT}/trace/{traceId}`,
    BACKEND_URL: `http://localhost:${BACKEND_PORT}`,
    SHIPPING_URL: shippingUrl(options, shippingPort),
  }
  const wrangler = join(ROOT, 'node_modules/.bin/wrangler')
  const shop = join(ROOT, 'apps/edge/shop/wrangler.toml')
  await run([wrangler, 'd1', 'migrations', 'apply', 'DB', '--local', '-c', shop, '--persist-to', state], {
    env,
  })
  return startService({
    name: 'edge',
    command: [
      wrangler,
      'dev',
      ...EDGE_CONFIGS.flatMap((config) => ['-c', join(ROOT, config)]),
      ...['--port', String(PORT), '--inspector-port', String(inspectorPort), '--persist-to', state],
      '--show-interactive-dev-session=false',
    ],
    env,
    readyUrl: `http://localhost:${PORT}/api/products`,
    readyHeaders: UNSAMPLED,
    ...lines(options, 'edge'),
  })
}

/** Without services, shipping may run elsewhere. */
function shippingUrl({ services }: SystemOptions, port: number): string {
  if (services === undefined) return process.env.SHIPPING_URL ?? ''
  return canShip(services) ? `http://127.0.0.1:${port}` : ''
}

function lines({ onLine }: SystemOptions, service: string): { onLine?: (line: string) => void } {
  return onLine ? { onLine: (line) => onLine(service, line) } : {}
}
