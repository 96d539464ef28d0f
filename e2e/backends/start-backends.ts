import { join } from 'node:path'
import { startCollector } from '@throughline/otel-collector'
import { bundleWorker, serveBundle } from '@throughline/otel-testing/workers'
import type { TestProject } from 'vitest/node'
import { ROOT } from '../../scripts/command.ts'
import { startParts } from '../start-parts.ts'
import { LANGUAGES, type LanguageName } from './languages.ts'
import { type App, prepareApp } from './prepare.ts'
import { type StartedApp, startApp, startStock } from './start-app.ts'

/** An app without a part of its guide's command: the trap that the guide names. */
export type TrapName = 'node-without-hook' | 'python-without-protocol'

/** The address of a running app, or the reason why it is not run. */
export type Backend = { readonly url: string } | { readonly missing: string }

/** What runs during the tests. */
export interface Backends {
  readonly uiUrl: string
  readonly gateway: string
  readonly apps: Readonly<Record<LanguageName | TrapName, Backend>>
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly backends: Backends
  }
}

/** A process of an app, whose `service.name` is its name. */
interface Run {
  readonly name: LanguageName | TrapName
  readonly language: LanguageName
  /** The part of the command that is left out. */
  readonly leaves?: string
}

const RUNS: readonly Run[] = [
  ...LANGUAGES.map(({ name }) => ({ name, language: name })),
  {
    name: 'node-without-hook',
    language: 'node',
    leaves: '--experimental-loader=@opentelemetry/instrumentation/hook.mjs',
  },
  {
    name: 'python-without-protocol',
    language: 'python',
    leaves: 'export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf\n',
  },
]

/** Installs and starts the apps of the guides behind a traced worker, and gives their addresses to the tests. */
export default async function startBackends({ provide }: TestProject): Promise<() => Promise<void>> {
  return startParts('backends', async ({ folder, keep }) => {
    const collector = await startCollector({ otlpPort: 0, uiPort: 0 })
    void keep(Promise.resolve({ stop: () => collector.shutdown() }))
    const otlpUrl = new URL(collector.otlpUrl).origin
    const script = await bundleWorker(join(ROOT, 'e2e/ingress/worker/gateway.ts'), folder)
    const gateway = await keep(serveBundle(script, { bindings: { OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl } }))
    const stock = await keep(startStock(otlpUrl))
    const prepared = await forEach(LANGUAGES, prepareApp)
    for (const [name, app] of Object.entries(prepared))
      if ('missing' in app) console.log(`not run: ${name}. ${app.missing}`)
    const apps = await forEach(RUNS, async ({ name, language, leaves }) => {
      const options = { service: name, leaves, otlpUrl, stockUrl: stock.url }
      return toBackend(prepared[language], (app) => keep(startApp(app, options)))
    })
    provide('backends', { uiUrl: collector.uiUrl, gateway: gateway.url, apps })
  })
}

async function toBackend(
  app: App,
  start: (app: Exclude<App, { readonly missing: string }>) => Promise<StartedApp>,
): Promise<Backend> {
  return 'missing' in app ? app : { url: (await start(app)).url }
}

/** Does it for all at once, and waits for all of them, also when one fails, so that each can be stopped. */
async function forEach<Item extends { readonly name: string }, Result>(
  items: readonly Item[],
  make: (item: Item) => Promise<Result>,
): Promise<Record<Item['name'], Result>> {
  const results = await Promise.allSettled(items.map(async (item) => [item.name, await make(item)] as const))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
  const entries = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  return Object.fromEntries(entries) as Record<Item['name'], Result>
}
