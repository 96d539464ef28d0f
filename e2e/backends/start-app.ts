import { join } from 'node:path'
import { freePort } from '@throughline/otel-testing/node'
import { ROOT } from '../../scripts/command.ts'
import { type ServiceProcess, startService } from '../../scripts/service-process.ts'
import { type Addresses, replaceOnce, startCommand } from './guide.ts'
import type { App } from './prepare.ts'

/** A process with its address, which is at the same time the base of its requests. */
export type StartedApp = ServiceProcess & { readonly url: string }

/** Spans leave at once. By default it takes up to five seconds. */
const ENVIRONMENT = { PATH: process.env.PATH, HOME: process.env.HOME, OTEL_BSP_SCHEDULE_DELAY: '100' }

export interface StartOptions extends Omit<Addresses, 'port'> {
  /** A part of the command that is left out. */
  readonly leaves?: string | undefined
}

/** Starts the app of a guide by its command `start`, on a free port. */
export async function startApp(
  { guide, folder }: Exclude<App, { readonly missing: string }>,
  { leaves, ...addresses }: StartOptions,
): Promise<StartedApp> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const whole = startCommand(guide, { ...addresses, port })
  const { page } = guide
  const command = leaves === undefined ? whole : replaceOnce(whole, { shown: leaves, used: '', page })
  const service = await startService({
    name: addresses.service,
    command: ['sh', '-e', '-c', command],
    cwd: folder,
    env: ENVIRONMENT,
    readyUrl: `${url}/orders/1`,
  })
  return { ...service, url }
}

/** Starts the service that the apps call: Node.js with stock OpenTelemetry, which answers with the headers it received. */
export async function startStock(otlpUrl: string): Promise<StartedApp> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const service = await startService({
    name: 'stock',
    command: [process.execPath, join(ROOT, 'e2e/ingress/service/main.ts')],
    env: { ...ENVIRONMENT, SERVICE: 'stock', PORT: String(port), OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl },
    readyUrl: `${url}/healthz`,
  })
  return { ...service, url }
}
