import { join } from 'node:path'
import type { ServiceProcess } from '../service-process.ts'
import { collectorArguments } from './compose.ts'
import { type Programs, startCollectorProcess, startJaegerProcess } from './processes.ts'

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

/** Starts both with the configurations of the Compose file, Jaeger first. */
export async function startOneMachine(options: OneMachineOptions): Promise<OneMachine> {
  const { programs, folder, otlpPort, uiPort, onLine } = options
  const jaeger = await startJaegerProcess({
    command: programs.jaeger,
    folder,
    uiPort,
    onLine: (line) => onLine?.('jaeger', line),
  })
  const collector = await startCollectorProcess({
    name: 'collector',
    path: programs.otelcol,
    args: collectorArguments('one-machine', 'collector'),
    env: { JAEGER_ENDPOINT: jaeger.endpoint, QUEUE_DIR: join(folder, 'queue') },
    otlpPort,
    onLine: (line) => onLine?.('collector', line),
  }).catch(async (error: unknown) => {
    await jaeger.process.stop()
    throw error
  })
  return {
    otlpUrl: collector.otlpUrl,
    uiUrl: jaeger.uiUrl,
    metricsUrl: collector.metricsUrl,
    telemetryUrl: collector.telemetryUrl,
    get collector() {
      return collector.process
    },
    get jaeger() {
      return jaeger.process
    },
    startCollector: collector.start,
    startJaeger: jaeger.start,
    // The Collector first, so that what it flushes at the end is stored.
    async stop() {
      await collector.process.stop()
      await jaeger.process.stop()
    },
  }
}
