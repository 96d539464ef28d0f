import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../command.ts'
import { findFreePorts } from '../ports.ts'
import { type ServiceProcess, startService } from '../service-process.ts'

const FOLDER = join(ROOT, 'deploy/one-machine')

export interface Programs {
  /** The Collector. */
  readonly otelcol: string
  /** Jaeger with its first arguments. */
  readonly jaeger: readonly string[]
}

export interface OneMachineOptions {
  readonly programs: Programs
  /** The folder of the Collector's queue and of Jaeger's store. */
  readonly folder: string
  readonly otlpPort: number
  readonly uiPort: number
  readonly onLine?: (service: string, line: string) => void
}

/** `deploy/one-machine`, running: the Collector in front of Jaeger with Badger. */
export interface OneMachine {
  readonly otlpUrl: string
  readonly uiUrl: string
  /** Requests, errors and durations, for Prometheus. */
  readonly metricsUrl: string
  /** The metrics of the Collector itself. */
  readonly telemetryUrl: string
  /** The processes that were started last. */
  readonly collector: ServiceProcess
  readonly jaeger: ServiceProcess
  /** Starts the process again after it was stopped or killed, with the same ports and folder. */
  startCollector(): Promise<ServiceProcess>
  startJaeger(): Promise<ServiceProcess>
  stop(): Promise<void>
}

/** The Collector's configurations, in their order, from the Compose file of a size. */
export function collectorConfigs(size: string): string[] {
  const compose = readFileSync(join(ROOT, 'deploy', size, 'compose.yaml'), 'utf8')
  const paths = [...compose.matchAll(/--config=\/etc\/(otelcol|one-machine)\/([\w-]+\.yaml)$/gm)]
  return paths.map(([, folder = '', file = '']) => join(ROOT, 'deploy', folder, file))
}

/** Starts both with the configurations of the Compose file, Jaeger first. */
export async function startOneMachine(options: OneMachineOptions): Promise<OneMachine> {
  const { programs, folder, otlpPort, uiPort } = options
  const [grpc = 0, health = 0, metrics = 0, telemetry = 0, store = 0, ...jaegerPorts] = await findFreePorts(8)
  const address = (port: number | undefined) => `127.0.0.1:${port}`
  const startCollector = () =>
    startService({
      name: 'collector',
      command: [programs.otelcol, ...collectorConfigs('one-machine').map((path) => `--config=${path}`)],
      env: {
        OTLP_HTTP_ENDPOINT: address(otlpPort),
        OTLP_GRPC_ENDPOINT: address(grpc),
        HEALTH_ENDPOINT: address(health),
        METRICS_ENDPOINT: address(metrics),
        METRICS_FLUSH_INTERVAL: '1s',
        TELEMETRY_PORT: String(telemetry),
        JAEGER_ENDPOINT: address(store),
        QUEUE_DIR: join(folder, 'queue'),
      },
      readyUrl: `http://${address(health)}/status`,
      onLine: (line) => options.onLine?.('collector', line),
    })
  const [jaegerHealth, jaegerGrpc, jaegerTelemetry] = jaegerPorts
  const startJaeger = () =>
    startService({
      name: 'jaeger',
      command: [...programs.jaeger, '--config', join(FOLDER, 'jaeger.yaml')],
      env: {
        OTEL_TRACES_SAMPLER: 'always_off',
        UI_ENDPOINT: address(uiPort),
        QUERY_GRPC_ENDPOINT: address(jaegerGrpc),
        HEALTH_ENDPOINT: address(jaegerHealth),
        TELEMETRY_PORT: String(jaegerTelemetry),
        JAEGER_ENDPOINT: address(store),
        BADGER_DIR: join(folder, 'badger'),
      },
      readyUrl: `http://${address(uiPort)}/api/v3/services`,
      onLine: (line) => options.onLine?.('jaeger', line),
    })
  const latest = { jaeger: await startJaeger() } as { jaeger: ServiceProcess; collector: ServiceProcess }
  try {
    latest.collector = await startCollector()
  } catch (error) {
    await latest.jaeger.stop()
    throw error
  }
  return {
    otlpUrl: `http://${address(otlpPort)}/v1/traces`,
    uiUrl: `http://${address(uiPort)}`,
    metricsUrl: `http://${address(metrics)}/metrics`,
    telemetryUrl: `http://${address(telemetry)}/metrics`,
    get collector() {
      return latest.collector
    },
    get jaeger() {
      return latest.jaeger
    },
    async startCollector() {
      latest.collector = await startCollector()
      return latest.collector
    },
    async startJaeger() {
      latest.jaeger = await startJaeger()
      return latest.jaeger
    },
    // The Collector first, so that what it flushes at the end is stored.
    async stop() {
      await latest.collector.stop()
      await latest.jaeger.stop()
    },
  }
}
