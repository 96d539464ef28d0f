import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { cacheFolder } from './cache-folder.ts'

const RELEASE = '2.20.0'
const DOWNLOADS = `https://github.com/jaegertracing/jaeger/releases/download/v${RELEASE}`
// The newest Jaeger v2 that Go's module proxy serves: `cmd/jaeger` of this tag is Jaeger 2.13.
const GO_MODULE = 'github.com/jaegertracing/jaeger@v1.76.0'

export interface Jaeger {
  /** The program and its first arguments. `--config <file>` is added later. */
  readonly command: readonly string[]
  /** A description of its origin. */
  readonly origin: string
}

export interface FindOptions {
  readonly log: (line: string) => void
  /** Whether Go may build one, which takes minutes. One that was built is found in any case. Default: true. */
  readonly canBuild?: boolean
  /** Whether it may run in Docker, where it sees the folder of `writeJaegerConfig` only. Default: true. */
  readonly canUseDocker?: boolean
}

/**
 * Finds a Jaeger, in this order: `JAEGER_BIN`, `jaeger` on PATH, the official release (downloaded once, checksum
 * verified, cached), Docker, and where Go is installed a build from the module proxy (its UI is a placeholder).
 *
 * Throws an `Error` that lists the attempts and the reason why each failed.
 */
export async function findJaeger({
  log,
  canBuild = true,
  canUseDocker = true,
}: FindOptions): Promise<Jaeger> {
  const tried: string[] = []
  const candidates = [
    fromVariable,
    fromPath,
    fromRelease,
    ...(canUseDocker ? [fromDocker] : []),
    fromBuild,
    ...(canBuild ? [fromGo] : []),
  ]
  for (const candidate of candidates) {
    const result = await candidate(log)
    if (typeof result !== 'string') return result
    tried.push(result)
  }
  throw new Error(`Jaeger is not available. Tried:\n${tried.map((line) => `  - ${line}`).join('\n')}`)
}

type Attempt = Jaeger | string

function fromVariable(): Attempt {
  const path = process.env.JAEGER_BIN
  if (path === undefined || path === '') return 'JAEGER_BIN is not set'
  return isExecutable(path)
    ? { command: [path], origin: `JAEGER_BIN=${path}` }
    : `JAEGER_BIN=${path} is not executable`
}

function fromPath(): Attempt {
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'jaeger'))
    .find(isExecutable)
  return path === undefined ? 'no `jaeger` on PATH' : { command: [path], origin: path }
}

async function fromRelease(log: (line: string) => void): Promise<Attempt> {
  const folder = `jaeger-${RELEASE}-${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`
  const binary = join(cacheFolder(), folder, 'jaeger')
  if (isExecutable(binary)) return { command: [binary], origin: binary }
  const archive = `${folder}.tar.gz`
  try {
    log(`Downloading Jaeger ${RELEASE} …`)
    const [sums, bytes] = await Promise.all([download(`jaeger-${RELEASE}.sha256sum.txt`), download(archive)])
    const expected = sums
      .toString()
      .split('\n')
      .find((line) => line.includes(archive))
      ?.slice(0, 64)
    const actual = createHash('sha256').update(bytes).digest('hex')
    if (actual !== expected)
      return `${archive}: the checksum is ${actual}, expected was ${expected ?? 'none listed'}`
    return unpack(bytes, archive, folder, binary)
  } catch (error) {
    const reason =
      error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : error
    return `the official release ${archive} could not be downloaded: ${reason}`
  }
}

function unpack(bytes: Buffer, archive: string, folder: string, binary: string): Attempt {
  const file = join(cacheFolder(), archive)
  writeFileSync(file, bytes)
  const { status, stderr } = spawnSync('tar', ['-xzf', file, '-C', cacheFolder()])
  rmSync(file)
  if (status !== 0 || !existsSync(binary)) return `${archive} could not be unpacked to ${folder}: ${stderr}`
  chmodSync(binary, 0o755)
  return { command: [binary], origin: `official release ${RELEASE}` }
}

async function download(name: string): Promise<Buffer> {
  const response = await fetch(`${DOWNLOADS}/${name}`, { signal: AbortSignal.timeout(120_000) })
  if (!response.ok) throw new Error(`${name}: HTTP ${response.status}`)
  return Buffer.from(await response.arrayBuffer())
}

function fromDocker(): Attempt {
  const { status } = spawnSync('docker', ['info'], { stdio: 'ignore', timeout: 10_000 })
  if (status !== 0) return 'no Docker engine answers `docker info`'
  const image = `jaegertracing/jaeger:${RELEASE}`
  const mount = `${configFolder()}:${configFolder()}:ro`
  return {
    command: ['docker', 'run', '--rm', '--network=host', '-v', mount, image],
    origin: `Docker image ${image}`,
  }
}

function builtBinary(): string {
  return join(cacheFolder(), GO_MODULE.replaceAll(/[/@]/g, '-'), 'jaeger')
}

const BUILT = `built by Go from ${GO_MODULE} (its UI is a placeholder)`

function fromBuild(): Attempt {
  const binary = builtBinary()
  return isExecutable(binary)
    ? { command: [binary], origin: BUILT }
    : 'none was built by `npm run e2e:jaeger`'
}

/** Built in a copy of the module, because `go install` rejects modules with `replace` directives. */
function fromGo(log: (line: string) => void): Attempt {
  const binary = builtBinary()
  const downloaded = spawnSync('go', ['mod', 'download', '-json', GO_MODULE], { encoding: 'utf8' })
  if (downloaded.error) return 'Go is not installed'
  if (downloaded.status !== 0)
    return `Go could not download ${GO_MODULE}: ${downloaded.stdout}${downloaded.stderr}`
  log('Building Jaeger with Go (once, a few minutes) …')
  const source = join(cacheFolder(), 'go-source')
  const { Dir } = JSON.parse(downloaded.stdout) as { Dir: string }
  rmSync(source, { recursive: true, force: true })
  cpSync(Dir, source, { recursive: true })
  spawnSync('chmod', ['-R', 'u+w', source])
  const target = `${binary}.part`
  mkdirSync(dirname(binary), { recursive: true })
  const built = spawnSync('go', ['build', '-trimpath', '-o', target, './cmd/jaeger'], {
    cwd: source,
    encoding: 'utf8',
  })
  rmSync(source, { recursive: true, force: true })
  if (built.status !== 0) return `Go could not build ${GO_MODULE}: ${built.stderr.slice(-2000)}`
  renameSync(target, binary)
  return { command: [binary], origin: BUILT }
}

/**
 * Writes the configuration of an in-memory Jaeger and returns its path. A bare `*` is no origin to Jaeger's CORS,
 * hence the two patterns.
 */
export function writeJaegerConfig(ports: { otlp: number; ui: number; grpc: number; health: number }): string {
  const file = join(configFolder(), `jaeger-${ports.otlp}.yaml`)
  writeFileSync(
    file,
    `service:
  extensions: [jaeger_storage, jaeger_query, healthcheckv2]
  pipelines:
    traces: { receivers: [otlp], processors: [], exporters: [jaeger_storage_exporter] }
  telemetry:
    metrics: { level: none }
    logs: { level: warn }
extensions:
  jaeger_query:
    storage: { traces: memory }
    http: { endpoint: "localhost:${ports.ui}" }
    grpc: { endpoint: "localhost:${ports.grpc}" }
  jaeger_storage:
    backends: { memory: { memory: { max_traces: 100000 } } }
  healthcheckv2:
    use_v2: true
    http: { endpoint: "localhost:${ports.health}" }
receivers:
  otlp:
    protocols:
      http:
        endpoint: "localhost:${ports.otlp}"
        cors: { allowed_origins: ["http://*", "https://*"], allowed_headers: ["*"] }
exporters:
  jaeger_storage_exporter: { trace_storage: memory }
`,
  )
  return file
}

function configFolder(): string {
  const folder = join(cacheFolder(), 'config')
  mkdirSync(folder, { recursive: true })
  return folder
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
