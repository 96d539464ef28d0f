import { execFile, spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { COMPATIBILITY_DATE } from './start-workers.ts'

const BIN = join(import.meta.dirname, '../../../../node_modules/.bin')

/** A worker in the runtime itself, without wrangler. */
export interface ServedWorker {
  readonly port: number
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  /** Kills the runtime, like a crash. */
  stop(): void
}

export interface ServeOptions {
  /** Default: none. */
  readonly bindings?: Readonly<Record<string, string>>
  /** Default: none. */
  readonly compatibilityFlags?: readonly string[]
  /** Default: `COMPATIBILITY_DATE`. */
  readonly compatibilityDate?: string
}

/**
 * Bundles a worker and serves it with `workerd serve`: without a proxy that normalizes requests, and with text bindings
 * only. `startWorkers` starts workers with all features of wrangler.
 */
export async function serveWorker(main: string, options: ServeOptions = {}): Promise<ServedWorker> {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-worker-'))
  try {
    return await serveBundle(await bundleWorker(main, folder), options)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Serves the script of `bundleWorker` like `serveWorker`: several workers can have one script. */
export async function serveBundle(
  script: string,
  { bindings = {}, compatibilityFlags = [], compatibilityDate = COMPATIBILITY_DATE }: ServeOptions = {},
): Promise<ServedWorker> {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-worker-'))
  copyFileSync(script, join(folder, basename(script)))
  const config = join(folder, 'worker.capnp')
  const texts = Object.entries(bindings).map(
    ([key, value]) => `(name = "${key}", text = ${JSON.stringify(value)})`,
  )
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = .main), (name = "internet", network = (allow = ["private"])) ],
  sockets = [ (name = "http", address = "127.0.0.1:0", http = (), service = "main") ]
);
const main :Workerd.Worker = (
  modules = [ (name = "worker", esModule = embed "${basename(script)}") ],
  compatibilityDate = "${compatibilityDate}",
  compatibilityFlags = ${JSON.stringify(compatibilityFlags)},
  bindings = [ ${texts} ],
);
`,
  )
  // The last lines of standard error have the reason why a worker did not start.
  let errors = ''
  const runtime = spawn(join(BIN, 'workerd'), ['serve', '--control-fd=3', config], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  runtime.stderr?.on('data', (chunk: Buffer) => {
    errors = (errors + chunk).slice(-2_000)
  })
  const port = await new Promise<number>((resolve, reject) => {
    runtime.on('error', reject)
    runtime.on('close', (code) => reject(new WorkerdError(code, errors)))
    runtime.stdio[3]?.on('data', (line: Buffer) => {
      const listening = /"event":"listen".*"port":(\d+)/.exec(line.toString())
      if (listening) resolve(Number(listening[1]))
    })
  }).catch((error: unknown) => {
    rmSync(folder, { recursive: true, force: true })
    throw error
  })
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    stop() {
      runtime.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The runtime ended before it listened. */
export class WorkerdError extends Error {
  constructor(exitCode: number | null, stderr: string) {
    super(`workerd ended with ${exitCode} before it listened:\n${stderr}`)
    this.name = 'WorkerdError'
  }
}

/** Bundles a worker into a folder, as `wrangler deploy` does, and returns the path of the script. */
export async function bundleWorker(main: string, folder: string, ...flags: string[]): Promise<string> {
  const name = basename(main, '.ts')
  const config = join(folder, `${name}.json`)
  // With `keep_names`, esbuild adds a call for each function so that stack traces name it.
  writeFileSync(
    config,
    JSON.stringify({ name, main, compatibility_date: COMPATIBILITY_DATE, keep_names: false }),
  )
  await promisify(execFile)(
    join(BIN, 'wrangler'),
    ['deploy', '--dry-run', `--config=${config}`, `--outdir=${folder}`, ...flags],
    { cwd: folder, env: { ...process.env, WRANGLER_SEND_METRICS: 'false' } },
  )
  return join(folder, `${name}.js`)
}
