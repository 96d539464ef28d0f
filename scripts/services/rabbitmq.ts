import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../command.ts'
import { type ServiceProcess, startService } from '../service-process.ts'
import type { ServerOptions } from './servers.ts'

interface RabbitMqOptions extends ServerOptions {
  /** The port for other nodes, of which there are none. */
  readonly nodePort: number
  /** The port of the registry of Erlang's nodes, a process of its own. */
  readonly epmdPort: number
}

/** Starts the registry of Erlang's nodes. Without it, RabbitMQ starts one that outlives RabbitMQ. */
export async function startEpmd({ epmdPort, onLine }: RabbitMqOptions): Promise<ServiceProcess> {
  return startService({
    name: 'epmd',
    command: [...asUser(), 'epmd', '-d', '-port', String(epmdPort), '-address', '127.0.0.1'],
    env: { PATH: process.env.PATH },
    readyLine: /epmd running/,
    ...(onLine ? { onLine } : {}),
  })
}

/** Starts RabbitMQ without plugins. It does not run as root. `startEpmd()` comes first. */
export async function startRabbitMq(server: string, options: RabbitMqOptions): Promise<ServiceProcess> {
  const { port, nodePort, epmdPort, folder, onLine } = options
  const data = join(folder, 'rabbitmq')
  mkdirSync(data)
  if (isRoot()) {
    // The user must reach the folder, not list it.
    chmodSync(folder, 0o711)
    await run(['chown', 'rabbitmq:', data])
  }
  return startService({
    name: 'rabbitmq',
    command: [...asUser(), server],
    cwd: data,
    env: {
      PATH: process.env.PATH,
      // Erlang writes its cookie there.
      HOME: data,
      ERL_EPMD_PORT: String(epmdPort),
      ERL_EPMD_ADDRESS: '127.0.0.1',
      RABBITMQ_NODENAME: `throughline-${port}@localhost`,
      RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
      RABBITMQ_NODE_PORT: String(port),
      RABBITMQ_DIST_PORT: String(nodePort),
      RABBITMQ_MNESIA_BASE: join(data, 'mnesia'),
      RABBITMQ_LOG_BASE: join(data, 'log'),
      RABBITMQ_LOGS: '-',
      RABBITMQ_FEATURE_FLAGS_FILE: join(data, 'feature-flags'),
      RABBITMQ_PLUGINS_EXPAND_DIR: join(data, 'plugins'),
      RABBITMQ_PID_FILE: join(data, 'pid'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(data, 'enabled-plugins'),
      RABBITMQ_GENERATED_CONFIG_DIR: join(data, 'config'),
      // The files of the machine's own RabbitMQ are not read.
      RABBITMQ_CONF_ENV_FILE: '/dev/null',
      RABBITMQ_CONFIG_FILE: join(data, 'none'),
      // The schedulers of an idle node do not spin.
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1} +S 1:1 +sbwt none',
    },
    readyLine: /Server startup complete/,
    // On a busy machine it takes longer than all others.
    readyTimeoutMillis: 180_000,
    ...(onLine ? { onLine } : {}),
  })
}

function isRoot(): boolean {
  return process.getuid?.() === 0
}

function asUser(): string[] {
  return isRoot() ? ['setpriv', '--reuid=rabbitmq', '--regid=rabbitmq', '--clear-groups'] : []
}
