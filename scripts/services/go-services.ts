import { join } from 'node:path'
import { type ServiceProcess, startService } from '../service-process.ts'

export type GoServiceName = 'bank' | 'payments' | 'risk' | 'settlement'

/** The environment of each Go service, by the ports and files that they share. */
export interface GoEnvironment {
  readonly otlpPort: number
  readonly paymentsPort: number
  readonly riskPort: number
  readonly bankPort: number
  readonly postgresPort: number
  readonly redisPort: number
  readonly kafkaPort: number
  /** A folder that all of them can read and write. */
  readonly folder: string
}

export interface GoServiceOptions {
  readonly name: GoServiceName
  /** The folder of the built commands. */
  readonly programs: string
  readonly env: GoEnvironment
  /** Variables that replace those of the environment. */
  readonly override?: Readonly<Record<string, string>>
  readonly onLine?: (line: string) => void
}

/** Starts one service of apps/backend-go. */
export function startGoService(options: GoServiceOptions): Promise<ServiceProcess> {
  const { name, programs, env, override, onLine } = options
  return startService({
    name,
    command: [join(programs, name)],
    env: {
      PATH: process.env.PATH,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${env.otlpPort}`,
      ...variables(name, env),
      ...override,
    },
    readyLine: /"msg":"ready"/,
    ...(onLine ? { onLine } : {}),
  })
}

function variables(name: GoServiceName, env: GoEnvironment): Record<string, string> {
  const DATABASE_URL = `postgres://throughline@127.0.0.1:${env.postgresPort}/postgres?sslmode=disable`
  const KAFKA_BROKERS = `127.0.0.1:${env.kafkaPort}`
  const BANK_CERTIFICATE_FILE = join(env.folder, 'bank.pem')
  switch (name) {
    case 'bank':
      return {
        LISTEN_ADDRESS: `127.0.0.1:${env.bankPort}`,
        BANK_NAMES: 'localhost',
        BANK_CERTIFICATE_FILE,
      }
    case 'risk':
      return {
        LISTEN_ADDRESS: `127.0.0.1:${env.riskPort}`,
        REDIS_URL: `redis://127.0.0.1:${env.redisPort}`,
      }
    case 'settlement':
      return {
        DATABASE_URL,
        KAFKA_BROKERS,
        BANK_URL: `https://localhost:${env.bankPort}`,
        BANK_CERTIFICATE_FILE,
      }
    case 'payments':
      return {
        LISTEN_ADDRESS: `127.0.0.1:${env.paymentsPort}`,
        RISK_ADDRESS: `127.0.0.1:${env.riskPort}`,
        DATABASE_URL,
        KAFKA_BROKERS,
      }
  }
}
