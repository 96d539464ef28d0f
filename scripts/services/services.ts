import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFreePorts } from '../ports.ts'
import type { ServiceProcess } from '../service-process.ts'
import { type GoEnvironment, type GoServiceName, startGoService } from './go-services.ts'
import { type NodeEnvironment, type NodeServiceName, startNodeService } from './node-services.ts'
import type { Programs } from './prepare.ts'
import { startEpmd, startRabbitMq } from './rabbitmq.ts'
import { startKafka, startPostgres, startRedis } from './servers.ts'

export interface ServicesOptions {
  readonly programs: Programs
  readonly otlpPort: number
  readonly paymentsPort: number
  readonly shippingPort: number
  readonly onLine?: (service: string, line: string) => void
}

/** The running services behind the backend and the workers. */
export interface Services {
  readonly paymentsUrl: string
  /** Without RabbitMQ there is no shipping. */
  readonly shippingUrl: string | undefined
  /** The ports of the servers. */
  readonly ports: ServicePorts
  readonly processes: readonly ServiceProcess[]
  /** Starts another process of a service, which `stop()` stops as well. */
  startAnother(
    name: GoServiceName | NodeServiceName,
    override: Readonly<Record<string, string>>,
  ): Promise<ServiceProcess>
  /** Stops callers before what they call, so that their last spans are sent, and deletes their data. */
  stop(): Promise<void>
}

type ServicePorts = Omit<GoEnvironment & NodeEnvironment, 'folder'>

const STOP_ORDER = [
  ['payments', 'shipping'],
  ['dispatch', 'settlement', 'receipts'],
  ['risk', 'bank', 'carrier'],
  ['kafka', 'postgresql', 'redis', 'rabbitmq'],
  ['epmd'],
]

/** Whether apps/backend-node can book shipments, which needs RabbitMQ. */
export function canShip({ node, rabbitmq }: Programs): boolean {
  return node && rabbitmq !== undefined
}

/**
 * Starts PostgreSQL, Redis, Kafka and RabbitMQ with empty data on free ports, then the services in Go and Node. Resolves
 * when all of them are ready.
 *
 * Throws an `Error` that names the service that did not start. Services that have started are stopped then.
 */
export async function startServices(options: ServicesOptions): Promise<Services> {
  const { programs } = options
  const folder = mkdtempSync(join(tmpdir(), 'throughline-services-'))
  const running = new Set<ServiceProcess>()
  const keep = async (starting: Promise<ServiceProcess>): Promise<ServiceProcess> => {
    const service = await starting
    running.add(service)
    void service.ended.then(() => running.delete(service))
    return service
  }
  const stop = async () => {
    for (const names of STOP_ORDER) {
      const stopped = [...running].filter(({ name }) => names.includes(name))
      await Promise.all(stopped.map((service) => service.stop()))
    }
    rmSync(folder, { recursive: true, force: true })
  }
  const lines = (name: string) =>
    options.onLine ? { onLine: (line: string) => options.onLine?.(name, line) } : {}
  try {
    const { controllerPort, nodePort, epmdPort, ...ports } = await choosePorts(options)
    const rabbitmq = { port: ports.rabbitmqPort, nodePort, epmdPort, folder }
    if (programs.rabbitmq !== undefined) await keep(startEpmd({ ...rabbitmq, ...lines('epmd') }))
    await all([
      keep(startPostgres(programs.postgres, { port: ports.postgresPort, folder, ...lines('postgresql') })),
      keep(startRedis({ port: ports.redisPort, folder, ...lines('redis') })),
      keep(startKafka(programs.kafka, { port: ports.kafkaPort, controllerPort, folder, ...lines('kafka') })),
      ...(programs.rabbitmq === undefined
        ? []
        : [keep(startRabbitMq(programs.rabbitmq, { ...rabbitmq, ...lines('rabbitmq') }))]),
    ])
    const startAnother: Services['startAnother'] = (name, override) => {
      const common = { override, ...lines(name) }
      switch (name) {
        case 'carrier':
        case 'dispatch':
        case 'receipts':
        case 'shipping':
          return keep(startNodeService({ name, env: ports, ...common }))
        default:
          return keep(startGoService({ name, programs: programs.go, env: { ...ports, folder }, ...common }))
      }
    }
    const start = (...names: readonly (GoServiceName | NodeServiceName)[]) =>
      all(names.map((name) => startAnother(name, {})))
    const isShipping = canShip(programs)
    // The bank writes its certificate, which the settlement reads.
    await start('risk', 'bank', ...(isShipping ? (['carrier'] as const) : []))
    await start(
      ...(['settlement', 'payments'] as const),
      ...(programs.node ? (['receipts'] as const) : []),
      ...(isShipping ? (['dispatch', 'shipping'] as const) : []),
    )
    return {
      paymentsUrl: `http://127.0.0.1:${ports.paymentsPort}`,
      shippingUrl: isShipping ? `http://127.0.0.1:${ports.shippingPort}` : undefined,
      ports,
      processes: [...running],
      startAnother,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

interface AllPorts extends ServicePorts {
  readonly controllerPort: number
  readonly nodePort: number
  readonly epmdPort: number
}

async function choosePorts({ otlpPort, paymentsPort, shippingPort }: ServicesOptions): Promise<AllPorts> {
  const [postgresPort = 0, redisPort = 0, kafkaPort = 0, controllerPort = 0, ...others] =
    await findFreePorts(10)
  const [rabbitmqPort = 0, nodePort = 0, epmdPort = 0, riskPort = 0, bankPort = 0, carrierPort = 0] = others
  return {
    ...{ otlpPort, paymentsPort, shippingPort, postgresPort, redisPort, kafkaPort, controllerPort },
    ...{ rabbitmqPort, nodePort, epmdPort, riskPort, bankPort, carrierPort },
  }
}

/** Waits for all of them, also when one fails, so that each can be stopped. */
async function all(starting: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(starting)).find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}
