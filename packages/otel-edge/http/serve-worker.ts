import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const ROOT = join(import.meta.dirname, '../../..')
const COMPATIBILITY_DATE = '2026-11-01'

/** A worker in the bare runtime: no proxy in front that would tidy up what a client sends. */
export interface ServedWorker {
  readonly port: number
  /** Ends the runtime as a crash would. */
  stop(): void
}

/** Bundles a worker of this folder into another one, as wrangler deploys it, and gives the file. */
export async function bundleWorker(name: string, folder: string, ...flags: string[]): Promise<string> {
  const config = join(folder, `${name}.json`)
  const main = join(import.meta.dirname, `${name}.ts`)
  // Wrangler would keep the names of functions, by a call for each, for the sake of stack traces.
  writeFileSync(
    config,
    JSON.stringify({ name, main, compatibility_date: COMPATIBILITY_DATE, keep_names: false }),
  )
  await promisify(execFile)(
    join(ROOT, 'node_modules/.bin/wrangler'),
    ['deploy', '--dry-run', `--config=${config}`, `--outdir=${folder}`, ...flags],
    { cwd: folder, env: { ...process.env, WRANGLER_SEND_METRICS: 'false' } },
  )
  return join(folder, `${name}.js`)
}

/** Bundles a worker of this folder and serves it. */
export async function serveWorker(
  name: string,
  bindings: Readonly<Record<string, string>>,
  compatibilityFlags: readonly string[] = [],
): Promise<ServedWorker> {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-worker-'))
  await bundleWorker(name, folder)
  const texts = Object.entries(bindings).map(([key, value]) => `(name = "${key}", text = "${value}")`)
  writeFileSync(
    join(folder, 'worker.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = .main), (name = "internet", network = (allow = ["private"])) ],
  sockets = [ (name = "http", address = "127.0.0.1:0", http = (), service = "main") ]
);
const main :Workerd.Worker = (
  modules = [ (name = "worker", esModule = embed "${name}.js") ],
  compatibilityDate = "${COMPATIBILITY_DATE}",
  compatibilityFlags = ${JSON.stringify(compatibilityFlags)},
  bindings = [ ${texts} ],
);
`,
  )
  const runtime = spawn(
    join(ROOT, 'node_modules/.bin/workerd'),
    ['serve', '--control-fd=3', join(folder, 'worker.capnp')],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
  )
  const port = await new Promise<number>((resolve, reject) => {
    runtime.on('error', reject)
    runtime.on('exit', (code) => reject(new Error(`workerd ended with ${code}`)))
    runtime.stdio[3]?.on('data', (line: Buffer) => {
      const listening = /"event":"listen".*"port":(\d+)/.exec(line.toString())
      if (listening) resolve(Number(listening[1]))
    })
  })
  return {
    port,
    stop() {
      runtime.removeAllListeners('exit')
      runtime.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
