import { cpSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Collector, startCollector } from '@throughline/otel-testing/node'
import { run } from '../../scripts/command.ts'
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

/** The registry, or this machine, does not have the packages of a template. */
export class MissingPackages extends Error {}

export interface ServeOptions {
  /** Default: a new one, which ends with the app. */
  readonly collector?: Collector
  /** Further variables. */
  readonly env?: Readonly<Record<string, string>>
  /** Called with every line that the app prints. */
  readonly onLine?: (line: string) => void
  /** A command that builds the app first, with the address of the collector in its environment. */
  readonly build?: readonly string[] | undefined
}

/**
 * Copies a template to a folder outside the repository, installs its lock file, runs the commands of its guide and, unless
 * `builds` is false, builds it. Done once for each folder, because Playwright starts a new worker after a failed test. Throws
 * `MissingPackages` if the packages of the lock file cannot be installed.
 */
export async function installApp(
  template: string,
  folder: string,
  commands: readonly string[],
  builds = true,
): Promise<void> {
  const done = join(folder, '.installed')
  if (existsSync(done)) return
  cpSync(template, folder, { recursive: true })
  try {
    await run(['npm', 'ci', ...QUIET], { cwd: folder, env: ENVIRONMENT })
  } catch (error) {
    throw new MissingPackages((error as Error).message)
  }
  for (const command of commands.filter((each) => !LONG_RUNNING.test(each))) {
    await run(['sh', '-c', command.replace('npm install', `npm install ${QUIET.join(' ')}`)], {
      cwd: folder,
      env: ENVIRONMENT,
    })
  }
  if (builds) await run(['npm', 'run', 'build', '--if-present'], { cwd: folder, env: ENVIRONMENT })
  writeFileSync(done, '')
}

/** Serves an app on a free port until it is stopped. */
export async function serveApp(
  folder: string,
  command: ServeCommand,
  { collector: given, env, onLine, build }: ServeOptions = {},
): Promise<ServedApp> {
  const collector = given ?? (await startCollector())
  if (build)
    await run(build, { cwd: folder, env: { ...ENVIRONMENT, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } })
  const { PORT: port } = await freePorts()
  const url = `http://localhost:${port}`
  const service = await startService({
    name: command(port).join(' '),
    command: command(port),
    cwd: folder,
    env: { ...ENVIRONMENT, PORT: String(port), OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...env },
    readyUrl: url,
    // A development server compiles the first page when it is requested.
    readyTimeoutMillis: 180_000,
    ...(onLine && { onLine }),
  })
  return {
    url,
    collector,
    async stop() {
      await service.stop()
      if (!given) await collector.close()
    },
  }
}

const QUIET = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']

/** Commands that run until Ctrl-C. The test has its own collector and serves the app itself. */
const LONG_RUNNING = /^npx throughline-collector$|^npm (?:run dev|start)$/

/** The environment without the variables of the test runner. `APP_PATH` can name another Node for the apps. */
const { NODE_ENV: _nodeEnv, APP_PATH: appPath, ...inherited } = process.env
const ENVIRONMENT: NodeJS.ProcessEnv = {
  ...inherited,
  ...(appPath && { PATH: appPath }),
  ASTRO_TELEMETRY_DISABLED: '1',
  NEXT_TELEMETRY_DISABLED: '1',
  NUXT_TELEMETRY_DISABLED: '1',
  NG_CLI_ANALYTICS: 'false',
}
