import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../cache-folder.ts'
import { type CommandOptions, ROOT, run } from '../command.ts'
import { installDebianPackages } from '../debian-packages.ts'
import { installModules } from './install-modules.ts'
import { NODE_SERVICES } from './node-services.ts'
import { findPostgres, findRabbitMq, isInstalled } from './programs.ts'

/** The programs of the services, by path. */
export interface Programs {
  /** The folder of `initdb` and `postgres`. */
  readonly postgres: string
  /** The folder of Kafka's jars. */
  readonly kafka: string
  /** The folder of the commands of apps/backend-go. */
  readonly go: string
  /** Whether the modules of apps/backend-node are installed. */
  readonly node: boolean
  /** RabbitMQ's server. Without it, the services that need it are not started. */
  readonly rabbitmq: string | undefined
}

export interface PrepareOptions {
  readonly log: (line: string) => void
  /** Ends what is being installed, downloaded or built. */
  readonly signal?: AbortSignal
}

/** A program is missing that this script cannot install, download or build from what is there. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError'

  constructor(missing: readonly string[]) {
    super(`Missing:\n${missing.map((line) => `  - ${line}`).join('\n')}`)
  }
}

/**
 * Installs, downloads and builds what is not there yet: Debian's PostgreSQL, Redis and RabbitMQ, Kafka's jars, the Go
 * services, the modules of the Node services. What is missing for a part of the services is logged.
 *
 * Throws an `UnavailableError` that names each program without which no service can run, and an `Error` if the Go services
 * do not compile.
 */
export async function prepareServices(options: PrepareOptions): Promise<Programs> {
  const tools = missingTools()
  // Nothing is installed for tests that cannot run.
  const packages = tools.length > 0 ? missingPackages() : await installPackages(missingPackages, options)
  const missing = [...tools, ...packages]
  const postgres = findPostgres()
  if (missing.length > 0 || postgres === undefined) throw new UnavailableError(missing)
  // One after the other: both are limited by the processor.
  const kafka = await fetchKafka(options)
  const go = await buildGo(options)
  const node = await installNode(options)
  return { postgres, kafka, go, node, rabbitmq: node ? await installRabbitMq(options) : undefined }
}

function missingTools(): string[] {
  return [
    ...(isInstalled('go') ? [] : ['Go 1.26 or newer (`go`), which builds the Go services']),
    ...missingKafkaTools(),
  ]
}

function missingKafkaTools(): string[] {
  return [
    ...(isInstalled('java') ? [] : ['Java 17 or newer (`java`), which runs Kafka']),
    ...(hasKafka(kafkaFolder()) || isInstalled('mvn') ? [] : ['Maven (`mvn`), which downloads Kafka']),
  ]
}

function missingPackages(): string[] {
  return [
    ...(findPostgres() === undefined ? ['postgresql'] : []),
    ...(isInstalled('redis-server') ? [] : ['redis-server']),
  ]
}

/** Installs packages where they are Debian's and this process may do so, and returns what is missing. */
async function installPackages(
  findMissing: () => string[],
  { log, signal }: PrepareOptions,
): Promise<string[]> {
  const wanted = findMissing()
  if (wanted.length === 0 || process.getuid?.() !== 0 || !isInstalled('apt-get')) return wanted
  log(`Installing ${wanted.join(' and ')} (once) …`)
  try {
    await installDebianPackages(wanted, signal && { signal })
    return findMissing()
  } catch (error) {
    const reason = error instanceof Error ? error.message : error
    return findMissing().map((name) => `${name}. ${reason}`)
  }
}

async function installRabbitMq(options: PrepareOptions): Promise<string | undefined> {
  const findMissing = () => (findRabbitMq() === undefined ? ['rabbitmq-server'] : [])
  // A program that the environment names is not replaced by another one.
  const missing = process.env.RABBITMQ_SERVER ? findMissing() : await installPackages(findMissing, options)
  for (const name of missing)
    options.log(`not run: shipping, carrier and dispatch of apps/backend-node. Missing: ${name}`)
  return findRabbitMq()
}

const POM = join(import.meta.dirname, 'kafka-pom.xml')

/** A change of the file, such as another version, is another folder. */
function kafkaFolder(): string {
  const hash = createHash('sha256').update(readFileSync(POM)).digest('hex').slice(0, 12)
  return join(cacheFolder(), `kafka-${hash}`)
}

function hasKafka(folder: string): boolean {
  return globSync('kafka_*.jar', { cwd: folder }).length > 0
}

/**
 * Downloads the jars of Kafka that are not there yet, and returns their folder.
 *
 * Throws an `UnavailableError` that names each program that is missing.
 */
export async function prepareKafka(options: PrepareOptions): Promise<string> {
  const missing = missingKafkaTools()
  if (missing.length > 0) throw new UnavailableError(missing)
  return fetchKafka(options)
}

async function fetchKafka({ log, signal }: PrepareOptions): Promise<string> {
  const folder = kafkaFolder()
  if (hasKafka(folder)) return folder
  log('Downloading Kafka (once) …')
  const part = `${folder}.part`
  rmSync(part, { recursive: true, force: true })
  mkdirSync(join(part, 'lib'), { recursive: true })
  // Maven writes beside the file, which must not be the checkout.
  copyFileSync(POM, join(part, 'pom.xml'))
  const copy = ['dependency:copy-dependencies', `-DoutputDirectory=${join(part, 'lib')}`]
  await download('Kafka, which Maven downloads', ['mvn', '-q', '-B', '-f', join(part, 'pom.xml'), ...copy], {
    ...(signal && { signal }),
  })
  rmSync(folder, { recursive: true, force: true })
  renameSync(join(part, 'lib'), folder)
  rmSync(part, { recursive: true, force: true })
  return folder
}

/** Go's own caches tell what has to be downloaded and built again. */
async function buildGo({ log, signal }: PrepareOptions): Promise<string> {
  const folder = join(cacheFolder(), 'backend-go')
  if (!existsSync(folder)) log('Building the Go services (the first time takes minutes) …')
  const options = { cwd: join(ROOT, 'apps/backend-go'), ...(signal && { signal }) }
  await download('Go modules', ['go', 'mod', 'download'], options)
  mkdirSync(folder, { recursive: true })
  await run(['go', 'build', '-buildvcs=false', '-o', folder, './cmd/...'], options)
  return folder
}

async function installNode({ log, signal }: PrepareOptions): Promise<boolean> {
  try {
    await installModules({ folder: NODE_SERVICES, log, ...(signal && { signal }) })
    return true
  } catch (error) {
    log(`not run: the services of apps/backend-node. ${error instanceof Error ? error.message : error}`)
    return false
  }
}

async function download(name: string, command: readonly string[], options: CommandOptions): Promise<void> {
  try {
    await run(command, options)
  } catch (error) {
    throw new UnavailableError([`${name}. ${error instanceof Error ? error.message : error}`])
  }
}
