import { createHash } from 'node:crypto'
import { accessSync, constants, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../cache-folder.ts'
import { ROOT, run } from '../command.ts'
import { isInstalled } from '../services/programs.ts'

const FOLDER = join(ROOT, 'deploy/otelcol')
const BUILDER = 'go.opentelemetry.io/collector/cmd/builder@v0.165.0'
const MANIFEST = join(FOLDER, 'manifest.yaml')

export interface Collector {
  readonly path: string
  /** A description of its origin. */
  readonly origin: string
}

export interface FindCollectorOptions {
  readonly log: (line: string) => void
}

/**
 * Finds an OpenTelemetry Collector with the components of `deploy/otelcol/manifest.yaml`: `OTELCOL_BIN`, the one that was built
 * before, or a build by Go, which takes minutes.
 *
 * Throws an `Error` that says why there is none.
 */
export async function findCollector({ log }: FindCollectorOptions): Promise<Collector> {
  const named = process.env.OTELCOL_BIN
  if (named) {
    if (!isExecutable(named)) throw new Error(`OTELCOL_BIN=${named} is not executable.`)
    return { path: named, origin: `OTELCOL_BIN=${named}` }
  }
  const folder = builtFolder()
  const path = join(folder, 'otelcol')
  const origin = 'built by Go from deploy/otelcol/manifest.yaml'
  if (isExecutable(path)) return { path, origin }
  if (!isInstalled('go'))
    throw new Error('OTELCOL_BIN is not set, and Go, which builds one, is not installed.')
  log('Building the OpenTelemetry Collector with Go (once, a few minutes) …')
  const start = performance.now()
  await build(folder)
  return { path, origin: `${origin} in ${Math.round((performance.now() - start) / 1000)} s` }
}

/** A change of the manifest, such as another version, is another folder. A change of a comment is not. */
function builtFolder(): string {
  const manifest = readFileSync(MANIFEST, 'utf8').replaceAll(/^#.*\n/gm, '')
  const hash = createHash('sha256').update(BUILDER).update(manifest).digest('hex').slice(0, 12)
  return join(cacheFolder(), `otelcol-${hash}`)
}

async function build(folder: string): Promise<void> {
  const part = `${folder}.part`
  rmSync(part, { recursive: true, force: true })
  mkdirSync(part, { recursive: true })
  const manifest = join(part, 'manifest.yaml')
  const text = readFileSync(MANIFEST, 'utf8')
  const output = join(part, 'source')
  writeFileSync(
    manifest,
    text.replace(/^( +output_path:).*$/m, (_, key) => `${key} ${JSON.stringify(output)}`),
  )
  // The modules that the proxy serves of one release have several versions, which the builder rejects by default.
  await run(['go', 'run', BUILDER, '--config', manifest, '--skip-strict-versioning'], {
    cwd: part,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' },
  })
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  renameSync(join(output, 'otelcol'), join(folder, 'otelcol'))
  rmSync(part, { recursive: true, force: true })
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
