import { join } from 'node:path'
import { ROOT } from '../command.ts'
import { type ServiceProcess, startService } from '../service-process.ts'

export type NodeServiceName = 'carrier' | 'dispatch' | 'receipts' | 'shipping'

/** The environment of each Node service, by the ports that they share. */
export interface NodeEnvironment {
  readonly otlpPort: number
  readonly shippingPort: number
  readonly carrierPort: number
  readonly postgresPort: number
  readonly redisPort: number
  readonly kafkaPort: number
  readonly rabbitmqPort: number
}

export interface NodeServiceOptions {
  readonly name: NodeServiceName
  readonly env: NodeEnvironment
  /** Variables that replace those of the environment. */
  readonly override?: Readonly<Record<string, string>>
  readonly onLine?: (line: string) => void
}

/** The folder of the package of the Node services. */
export const NODE_SERVICES: string = join(ROOT, 'apps/backend-node')

/** Starts one service of apps/backend-node. */
export function startNodeService({
  name,
  env,
  override,
  onLine,
}: NodeServiceOptions): Promise<ServiceProcess> {
  const source = join(NODE_SERVICES, 'src')
  return startService({
    name,
    command: [
      process.execPath,
      '--import',
      join(source, 'telemetry/register.ts'),
      join(source, name, 'main.ts'),
    ],
    env: {
      PATH: process.env.PATH,
      OTEL_SERVICE_NAME: name,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${env.otlpPort}`,
      ...variables(name, env),
      ...override,
    },
    readyLine: /"msg":"ready"/,
    ...(onLine ? { onLine } : {}),
  })
}

function variables(name: NodeServiceName, env: NodeEnvironment): Record<string, string> {
  const DATABASE_URL = `postgres://throughline@127.0.0.1:${env.postgresPort}/postgres`
  const KAFKA_BROKERS = `127.0.0.1:${env.kafkaPort}`
  const RABBITMQ_URL = `amqp://guest:guest@127.0.0.1:${env.rabbitmqPort}`
  const carrier = `127.0.0.1:${env.carrierPort}`
  switch (name) {
    case 'carrier':
      return { LISTEN_ADDRESS: carrier, REDIS_URL: `redis://127.0.0.1:${env.redisPort}` }
    case 'dispatch':
      return { DATABASE_URL, KAFKA_BROKERS, RABBITMQ_URL }
    case 'receipts':
      return { DATABASE_URL, KAFKA_BROKERS }
    case 'shipping':
      return {
        LISTEN_ADDRESS: `127.0.0.1:${env.shippingPort}`,
        CARRIER_ADDRESS: carrier,
        DATABASE_URL,
        RABBITMQ_URL,
      }
  }
}
