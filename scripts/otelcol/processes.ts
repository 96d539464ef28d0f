import { join } from 'node:path'
import { ROOT } from '../command.ts'
import { findFreePorts } from '../ports.ts'
import { type ServiceProcess, startService } from '../service-process.ts'

export interface Programs {
  /** The Collector. */
  readonly otelcol: string
  /** Jaeger with its first arguments. */
  readonly jaeger: readonly string[]
}

/** A process that can be started again after it was stopped or killed, with the same ports and folder. */
interface Restartable {
  /** The process that was started last. */
  readonly process: ServiceProcess
  start(): Promise<ServiceProcess>
}

export interface CollectorProcess extends Restartable {
  /** OTLP by HTTP. */
  readonly otlpUrl: string
  /** Requests, errors and durations, for Prometheus. */
  readonly metricsUrl: string
  /** The metrics of the Collector itself. */
  readonly telemetryUrl: string
}

export interface CollectorProcessOptions {
  readonly name: string
  readonly path: string
  readonly args: readonly string[]
  /** Added to the addresses, all of which are free ports of the loopback address. */
  readonly env: Readonly<Record<string, string>>
  readonly otlpPort?: number
  readonly onLine?: (line: string) => void
}

/** Starts a Collector and waits until it is healthy. */
export async function startCollectorProcess(options: CollectorProcessOptions): Promise<CollectorProcess> {
  const { name, path, args, onLine } = options
  const [otlp = 0, grpc, health, metrics, telemetry] = await findFreePorts(5)
  const otlpPort = options.otlpPort ?? otlp
  const restartable = await startRestartable(() =>
    startService({
      name,
      command: [path, ...args],
      env: {
        OTLP_HTTP_ENDPOINT: loopback(otlpPort),
        OTLP_GRPC_ENDPOINT: loopback(grpc),
        HEALTH_ENDPOINT: loopback(health),
        METRICS_ENDPOINT: loopback(metrics),
        METRICS_FLUSH_INTERVAL: '1s',
        TELEMETRY_PORT: String(telemetry),
        ...options.env,
      },
      readyUrl: `http://${loopback(health)}/status`,
      ...(onLine ? { onLine } : {}),
    }),
  )
  return Object.assign(restartable, {
    otlpUrl: `http://${loopback(otlpPort)}/v1/traces`,
    metricsUrl: `http://${loopback(metrics)}/metrics`,
    telemetryUrl: `http://${loopback(telemetry)}/metrics`,
  })
}

export interface JaegerProcess extends Restartable {
  /** The address that Collectors export to, by gRPC. */
  readonly endpoint: string
  readonly uiUrl: string
}

export interface JaegerProcessOptions {
  readonly command: readonly string[]
  /** For Badger. */
  readonly folder: string
  readonly uiPort: number
  readonly onLine?: (line: string) => void
}

/** Starts Jaeger with `deploy/one-machine/jaeger.yaml`. */
export async function startJaegerProcess(options: JaegerProcessOptions): Promise<JaegerProcess> {
  const { command, folder, uiPort, onLine } = options
  const [store, health, grpc, telemetry] = await findFreePorts(4)
  const uiUrl = `http://${loopback(uiPort)}`
  const restartable = await startRestartable(() =>
    startService({
      name: 'jaeger',
      command: [...command, '--config', join(ROOT, 'deploy/one-machine/jaeger.yaml')],
      env: {
        OTEL_TRACES_SAMPLER: 'always_off',
        UI_ENDPOINT: loopback(uiPort),
        QUERY_GRPC_ENDPOINT: loopback(grpc),
        HEALTH_ENDPOINT: loopback(health),
        TELEMETRY_PORT: String(telemetry),
        JAEGER_ENDPOINT: loopback(store),
        BADGER_DIR: join(folder, 'badger'),
      },
      readyUrl: `${uiUrl}/api/v3/services`,
      ...(onLine ? { onLine } : {}),
    }),
  )
  return Object.assign(restartable, { uiUrl, endpoint: loopback(store) })
}

async function startRestartable(start: () => Promise<ServiceProcess>): Promise<Restartable> {
  const state = { process: await start() }
  return Object.assign(state, {
    async start() {
      state.process = await start()
      return state.process
    },
  })
}

function loopback(port: number | undefined): string {
  return `127.0.0.1:${port}`
}
