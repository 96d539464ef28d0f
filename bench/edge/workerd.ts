import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundle } from './build.ts'

const workerd = join(import.meta.dirname, '../../node_modules/.bin/workerd')

const children = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

export interface RunningWorker {
  readonly port: number
  readonly process: ChildProcess
  /** From the start of the runtime to the first answer. */
  readonly startMillis: number
}

export interface ServeOptions {
  /** Where the bundle and the configuration are written. */
  readonly folder: string
  /** Variables of the worker's environment. */
  readonly bindings: Readonly<Record<string, string>>
  /** The cores for `taskset -c`. Default: all. */
  readonly cpus?: string
}

/** Bundles a worker and serves it with `workerd serve`, without a proxy. Resolves when it answers. */
export async function serveWorker(
  name: string,
  port: number,
  { folder, bindings, cpus = '' }: ServeOptions,
): Promise<RunningWorker> {
  const { code } = await bundle(name)
  writeFileSync(join(folder, `${name}-${port}.mjs`), code)
  const config = join(folder, `${name}-${port}.capnp`)
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = .main), (name = "internet", network = (allow = ["public", "private"])) ],
  sockets = [ (name = "http", address = "127.0.0.1:${port}", http = (), service = "main") ]
);
const main :Workerd.Worker = (
  modules = [ (name = "worker", esModule = embed "${name}-${port}.mjs") ],
  compatibilityDate = "2026-11-01",
  bindings = [ ${Object.entries(bindings).map(([key, value]) => `(name = "${key}", text = "${value}")`)} ],
);
`,
  )
  const started = performance.now()
  const [command = workerd, ...args] = cpus ? ['taskset', '-c', cpus, workerd] : [workerd]
  const child = spawn(command, [...args, 'serve', config], { stdio: ['ignore', 'ignore', 'ignore'] })
  children.add(child)
  await answered(port)
  return { port, process: child, startMillis: performance.now() - started }
}

/** Waits until something answers on the port, five seconds at most. */
export async function answered(port: number): Promise<void> {
  for (let tries = 0; tries < 1_000; tries++) {
    try {
      await (await fetch(`http://127.0.0.1:${port}/hello/x`)).text()
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  throw new Error(`nothing answers on port ${port}`)
}
