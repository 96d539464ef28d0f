import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../command.ts'
import { type ServiceProcess, startService } from '../service-process.ts'

/** One server on a port of the loopback address, with its data in a folder of its own. */
export interface ServerOptions {
  readonly port: number
  /** An existing folder. */
  readonly folder: string
  readonly onLine?: (line: string) => void
}

/** Starts PostgreSQL with an empty database `postgres` of the user `throughline`. It does not run as root. */
export async function startPostgres(programs: string, options: ServerOptions): Promise<ServiceProcess> {
  const { port, folder, onLine } = options
  const data = join(folder, 'postgres')
  mkdirSync(data)
  const isRoot = process.getuid?.() === 0
  if (isRoot) {
    // The user must reach the folder, not list it.
    chmodSync(folder, 0o711)
    await run(['chown', 'postgres:', data])
  }
  const asUser = isRoot ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : []
  const initdb = ['--auth=trust', '--username=throughline', '--encoding=UTF8', '--locale=C', '--no-sync']
  await run([...asUser, join(programs, 'initdb'), '-D', data, ...initdb], { cwd: data })
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off']
  return startService({
    name: 'postgresql',
    command: [
      ...asUser,
      join(programs, 'postgres'),
      '-D',
      data,
      ...settings.flatMap((setting) => ['-c', setting]),
    ],
    cwd: data,
    env: { PATH: process.env.PATH },
    readyLine: /database system is ready to accept connections/,
    ...(onLine ? { onLine } : {}),
  })
}

/** Starts Redis without persistence. */
export function startRedis({ port, folder, onLine }: ServerOptions): Promise<ServiceProcess> {
  const settings = { port, bind: '127.0.0.1', save: '', appendonly: 'no', dir: folder }
  return startService({
    name: 'redis',
    command: [
      'redis-server',
      ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ],
    env: { PATH: process.env.PATH },
    readyLine: /Ready to accept connections/,
    ...(onLine ? { onLine } : {}),
  })
}

export interface KafkaOptions extends ServerOptions {
  readonly controllerPort: number
  /** Properties that replace those of the broker. */
  readonly properties?: Readonly<Record<string, string>>
}

/** Starts a Kafka of one node, which is broker and controller. `port` and `controllerPort` are theirs. */
export async function startKafka(
  jars: string,
  { port, controllerPort, folder, onLine, properties = {} }: KafkaOptions,
): Promise<ServiceProcess> {
  const file = join(folder, 'kafka.properties')
  const others = Object.entries(properties).map(([name, value]) => `${name}=${value}\n`)
  writeFileSync(file, kafkaProperties(port, controllerPort, join(folder, 'kafka')) + others.join(''))
  const options = [
    '-XX:TieredStopAtLevel=1',
    '-XX:+UseSerialGC',
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  ]
  const java = (heap: string) => ['java', `-Xmx${heap}`, ...options, '-cp', join(jars, '*')]
  const format = ['format', '--cluster-id', 'dGhyb3VnaGxpbmUtY2x1cw', '--config', file]
  await run([...java('128m'), 'kafka.tools.StorageTool', ...format])
  return startService({
    name: 'kafka',
    command: [
      ...java('384m'),
      '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info',
      'kafka.Kafka',
      file,
    ],
    env: { PATH: process.env.PATH },
    readyLine: /Kafka Server started/,
    ...(onLine ? { onLine } : {}),
  })
}

function kafkaProperties(port: number, controllerPort: number, data: string): string {
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=${data}
num.partitions=1
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
`
}
