import { join } from 'node:path'
import { findFreePorts } from '../ports.ts'
import type { ServiceProcess } from '../service-process.ts'
import { startKafka } from '../services/servers.ts'
import { collectorArguments } from './compose.ts'
import {
  type CollectorProcess,
  type JaegerProcess,
  type Programs,
  startCollectorProcess,
  startJaegerProcess,
} from './processes.ts'

export interface TeamOptions {
  readonly programs: Programs & { readonly kafka: string }
  readonly folder: string
  /** Variables of the samplers. */
  readonly sampling: Readonly<Record<string, string>>
  readonly onLine?: (service: string, line: string) => void
}

/** `deploy/team`, running on one machine, with a single Kafka and with Badger as Jaeger's store. */
export interface Team {
  readonly gateways: readonly [CollectorProcess, CollectorProcess]
  readonly samplers: readonly [CollectorProcess, CollectorProcess]
  readonly jaeger: JaegerProcess
  /** Starts an ingester, which stores all traces of the topic. */
  startIngester(): Promise<CollectorProcess>
  stop(): Promise<void>
}

const PARTITIONS = 4

/** Starts Kafka and Jaeger, then the Collectors, with the configurations of the Compose file. */
export async function startTeam(options: TeamOptions): Promise<Team> {
  const { programs, folder } = options
  const [kafkaPort = 0, controllerPort = 0, uiPort = 0] = await findFreePorts(3)
  const lines = (name: string) => ({ onLine: (line: string) => options.onLine?.(name, line) })
  const running: (() => ServiceProcess)[] = []
  const stop = async () => {
    for (const current of running.toReversed()) await current().stop()
  }
  const collector = async (name: string, role: string, env: Readonly<Record<string, string>>) => {
    const started = await startCollectorProcess({
      name,
      path: programs.otelcol,
      args: collectorArguments('team', `x-${role}`),
      env: {
        KAFKA_BROKERS: `["127.0.0.1:${kafkaPort}"]`,
        KAFKA_CREATE_TOPIC: 'true',
        QUEUE_DIR: join(folder, `queue-${name}`),
        NODE: name,
        ...env,
      },
      ...lines(name),
    })
    running.push(() => started.process)
    return started
  }
  try {
    const kafka = await startKafka(programs.kafka, {
      port: kafkaPort,
      controllerPort,
      folder,
      properties: { 'auto.create.topics.enable': 'true', 'num.partitions': String(PARTITIONS) },
      ...lines('kafka'),
    })
    running.push(() => kafka)
    const jaeger = await startJaegerProcess({ command: programs.jaeger, folder, uiPort, ...lines('jaeger') })
    running.push(() => jaeger.process)
    const store = { JAEGER_ENDPOINT: jaeger.endpoint }
    const gateways = [
      await collector('gateway-1', 'gateway', {}),
      await collector('gateway-2', 'gateway', {}),
    ] as const
    const sampler = (name: string) => collector(name, 'sampler', { ...store, ...options.sampling })
    const samplers = [await sampler('sampler-1'), await sampler('sampler-2')] as const
    const startIngester = () => collector('ingester-1', 'ingester', { ...store, KAFKA_GROUP: 'ingesters' })
    return { gateways, samplers, jaeger, startIngester, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
