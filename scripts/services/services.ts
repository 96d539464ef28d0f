import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFreePorts } from '../ports.ts'
import type { ServiceProcess } from '../service-process.ts'
import { type GoEnvironment, type GoServiceName, startGoService } from './go-services.ts'
import type { Programs } from './prepare.ts'
import { startKafka, startPostgres, startRedis } from './servers.ts'

export interface ServicesOptions {
  readonly programs: Programs
  readonly otlpPort: number
  readonly paymentsPort: number
  readonly onLine?: (service: string, line: string) => void
}

/** The running services behind the backend. */
export interface Services {
  readonly paymentsUrl: string
  readonly processes: readonly ServiceProcess[]
  /** Starts another process of a Go service, which `stop()` stops as well. */
  startAnother(name: GoServiceName, override: Readonly<Record<string, string>>): Promise<ServiceProcess>
  /** Stops callers before what they call, so that their last spans are sent, and deletes their data. */
  stop(): Promise<void>
}

const STOP_ORDER = [['payments'], ['settlement'], ['risk', 'bank'], ['kafka', 'postgresql', 'redis']]

/**
 * Starts PostgreSQL, Redis and Kafka with empty data on free ports, then the Go services. Resolves when all of them are
 * ready.
 *
 * Throws an `Error` that names the service that did not start. Services that have started are stopped then.
 */
export async function startServices(options: ServicesOptions): Promise<Services> {
  const { programs, otlpPort, paymentsPort } = options
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
    const [postgresPort = 0, redisPort = 0, kafkaPort = 0, controllerPort = 0, riskPort = 0, bankPort = 0] =
      await findFreePorts(6)
    await all([
      keep(startPostgres(programs.postgres, { port: postgresPort, folder, ...lines('postgresql') })),
      keep(startRedis({ port: redisPort, folder, ...lines('redis') })),
      keep(startKafka(programs.kafka, { port: kafkaPort, controllerPort, folder, ...lines('kafka') })),
    ])
    const env: GoEnvironment = {
      ...{ otlpPort, paymentsPort, riskPort, bankPort, postgresPort, redisPort, kafkaPort },
      folder,
    }
    const startGo = (name: GoServiceName, override: Readonly<Record<string, string>> = {}) =>
      keep(startGoService({ name, programs: programs.go, env, override, ...lines(name) }))
    // The bank writes its certificate, which the settlement reads.
    await all([startGo('risk'), startGo('bank')])
    await all([startGo('settlement'), startGo('payments')])
    const paymentsUrl = `http://127.0.0.1:${paymentsPort}`
    return { paymentsUrl, processes: [...running], startAnother: startGo, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Waits for all of them, also when one fails, so that each can be stopped. */
async function all(starting: readonly Promise<ServiceProcess>[]): Promise<void> {
  const failed = (await Promise.allSettled(starting)).find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}
