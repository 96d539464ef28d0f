import { cpSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Collector, startCollector } from '@throughline/otel-testing/node'
import { run } from '../../scripts/command.ts'
import { readGuide } from '../../scripts/frameworks/read-guide.ts'
import { freePorts } from '../../scripts/ports.ts'
import { startService } from '../../scripts/service-process.ts'

/** A command that serves the app on a port. */
export type ServeCommand = (port: number) => readonly string[]

/** An app that is being served, with the collector that its spans are sent to. */
export interface ServedApp {
  readonly url: string
  readonly collector: Collector
  stop(): Promise<void>
}

/**
 * Installs a template outside the repository, first its lock file, then the packages of its guide, and builds it, unless
 * `builds` is false. Done once for each folder, because Playwright starts a new worker after a failed test. Returns the
 * folder.
 */
export async function installApp(name: string, builds = true): Promise<string> {
  const { FRAMEWORKS_FOLDER: parent = '' } = process.env
  const folder = join(parent, name)
  const done = join(folder, '.installed')
  if (existsSync(done)) return folder
  cpSync(join(import.meta.dirname, name), folder, { recursive: true })
  await run(['npm', 'ci', ...QUIET], { cwd: folder, env: ENVIRONMENT })
  for (const command of readGuide(name).firstTrace.commands.filter((each) => !LONG_RUNNING.test(each))) {
    await run(['sh', '-c', command.replace('npm install', `npm install ${QUIET.join(' ')}`)], {
      cwd: folder,
      env: ENVIRONMENT,
    })
  }
  if (builds) await run(['npm', 'run', 'build', '--if-present'], { cwd: folder, env: ENVIRONMENT })
  writeFileSync(done, '')
  return folder
}

/**
 * Serves an app on a free port until it is stopped.
 *
 * @param build a command that builds the app first, with the address of the collector in its environment
 */
export async function serveApp(
  folder: string,
  command: ServeCommand,
  build?: readonly string[],
): Promise<ServedApp> {
  const collector = await startCollector()
  if (build)
    await run(build, { cwd: folder, env: { ...ENVIRONMENT, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } })
  const { PORT: port } = await freePorts()
  const url = `http://localhost:${port}`
  const service = await startService({
    name: command(port).join(' '),
    command: command(port),
    cwd: folder,
    env: { ...ENVIRONMENT, PORT: String(port), OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
    readyUrl: url,
    // A development server compiles the first page when it is requested.
    readyTimeoutMillis: 180_000,
  })
  return {
    url,
    collector,
    async stop() {
      await service.stop()
      await collector.close()
    },
  }
}

const QUIET = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']

/** Commands that run until Ctrl-C. The test has its own collector and serves the app itself. */
const LONG_RUNNING = /^npx throughline-collector$|^npm (?:run dev|start)$/

/** The environment without the variables of the test runner. */
const { NODE_ENV: _nodeEnv, ...inherited } = process.env
const ENVIRONMENT: NodeJS.ProcessEnv = {
  ...inherited,
  ASTRO_TELEMETRY_DISABLED: '1',
  NEXT_TELEMETRY_DISABLED: '1',
  NUXT_TELEMETRY_DISABLED: '1',
  NG_CLI_ANALYTICS: 'false',
}
