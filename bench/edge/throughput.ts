import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LoadResult, loadFromOutside } from './load.ts'
import { median, round } from './median.ts'
import { answered, type RunningWorker, serveWorker } from './workerd.ts'

export interface ThroughputOptions {
  readonly workers: readonly string[]
  /** Shares of the requests that are sampled. */
  readonly ratios: readonly number[]
  readonly paths: readonly string[]
  /** Pairs of runs, the worker and bare Hono in turn. */
  readonly rounds: number
  /** Of each run. */
  readonly seconds: number
  readonly basePort: number
  /** CPUs the workers are pinned to, as `taskset` takes them; empty: none. */
  readonly pin: string
}

/** One worker with one handler and one sampling ratio, beside bare Hono in the same minutes. */
export interface ThroughputRow {
  readonly worker: string
  readonly path: string
  readonly ratio: number
  /** The median over the pairs of its requests a second by bare Hono's. */
  readonly ofBare: number
  readonly requestsPerSecond: number
  readonly bareRequestsPerSecond: number
  readonly p99Millis: number
  readonly bareP99Millis: number
  /** User and system time of the whole process (Linux). */
  readonly cpuMicros: number
  readonly bareCpuMicros: number
  readonly postsPer1000: number
  readonly spansPerRequest: number
  readonly errors: number
}

// Long enough for the runtime to compile hot code, which happens once on the same cores.
const WARM_UP_SECONDS = 4
// The speed of a program differs more between starts of the runtime than by most changes to the code.
const ROUNDS_PER_PROCESS = 2
/** The time in which every product has exported its spans. */
const WINDOW_MILLIS = 1_500

/** Measures every worker with every handler and ratio. `onRow` is called with each row when it is complete. */
export async function measureThroughput(
  { workers, ratios, paths, rounds, seconds, basePort, pin }: ThroughputOptions,
  onRow: (row: ThroughputRow) => void = () => {},
): Promise<ThroughputRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-edge-'))
  let nextPort = basePort
  const collectorPort = nextPort++
  const collector = spawn(process.execPath, [join(import.meta.dirname, 'collector.ts')], {
    env: { ...process.env, PORT: String(collectorPort), COUNT_SPANS: '1' },
    stdio: 'ignore',
  })
  const running: RunningWorker[] = []
  const rows: ThroughputRow[] = []
  try {
    await answered(collectorPort)
    for (const ratio of ratios) {
      for (const name of workers) {
        for (const path of paths) {
          const row = { worker: name, path, ratio, ...(await compare(name, ratio, path)) }
          rows.push(row)
          onRow(row)
        }
      }
    }
    return rows
  } finally {
    collector.kill('SIGKILL')
    for (const { process: child } of running) child.kill('SIGKILL')
  }

  async function start(name: string, ratio: number): Promise<RunningWorker> {
    const endpoint = `http://127.0.0.1:${collectorPort}`
    const bindings = {
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: String(ratio),
      UPSTREAM: `${endpoint}/upstream`,
      SENTRY_DSN: `http://key@127.0.0.1:${collectorPort}/1`,
    }
    const worker = await serveWorker(name, nextPort++, { folder, bindings, cpus: pin })
    running.push(worker)
    return worker
  }

  async function compare(
    name: string,
    ratio: number,
    path: string,
  ): Promise<Omit<ThroughputRow, 'worker' | 'path' | 'ratio'>> {
    const runs = { bare: [] as Run[], peer: [] as Run[] }
    let posts = 0
    let spans = 0
    for (let first = 0; first < rounds; first += ROUNDS_PER_PROCESS) {
      const bare = await start('bare', ratio)
      const peer = await start(name, ratio)
      for (const { port } of [bare, peer]) await loadFromOutside(port, path, WARM_UP_SECONDS)
      // Spans of the warm-up are not counted.
      await new Promise((resolve) => setTimeout(resolve, WINDOW_MILLIS))
      await count()
      for (let index = first; index < Math.min(first + ROUNDS_PER_PROCESS, rounds); index++) {
        // The order alternates, so that a change of the machine's speed affects both.
        const isBareFirst = index % 2 === 0
        if (isBareFirst) runs.bare.push(await run(bare, path))
        runs.peer.push(await run(peer, path))
        if (!isBareFirst) runs.bare.push(await run(bare, path))
      }
      await new Promise((resolve) => setTimeout(resolve, WINDOW_MILLIS))
      const counted = await count()
      posts += counted.posts
      spans += counted.spans
      for (const { process: child } of [bare, peer]) child.kill('SIGKILL')
    }
    const requests = runs.peer.reduce((sum, { load }) => sum + load.requests, 0)
    const medianOf = (list: readonly Run[], value: (run: Run) => number) => median(list.map(value))
    return {
      ofBare: round(
        median(
          runs.peer.map(
            ({ load }, index) =>
              load.requestsPerSecond / (runs.bare[index]?.load.requestsPerSecond ?? Number.NaN),
          ),
        ),
        2,
      ),
      requestsPerSecond: round(medianOf(runs.peer, ({ load }) => load.requestsPerSecond)),
      bareRequestsPerSecond: round(medianOf(runs.bare, ({ load }) => load.requestsPerSecond)),
      p99Millis: round(
        medianOf(runs.peer, ({ load }) => load.p99),
        1,
      ),
      bareP99Millis: round(
        medianOf(runs.bare, ({ load }) => load.p99),
        1,
      ),
      cpuMicros: round(medianOf(runs.peer, ({ cpuMicros }) => cpuMicros)),
      bareCpuMicros: round(medianOf(runs.bare, ({ cpuMicros }) => cpuMicros)),
      postsPer1000: round((posts * 1_000) / requests, 2),
      spansPerRequest: round(spans / requests, 2),
      errors: runs.peer.reduce((sum, { load }) => sum + load.errors, 0),
    }
  }

  async function run(worker: RunningWorker, path: string): Promise<Run> {
    const before = cpuMicrosOf(worker)
    const load = await loadFromOutside(worker.port, path, seconds)
    return { load, cpuMicros: (cpuMicrosOf(worker) - before) / load.requests }
  }

  async function count(): Promise<{ posts: number; spans: number }> {
    const response = await fetch(`http://127.0.0.1:${collectorPort}/count`)
    return (await response.json()) as { posts: number; spans: number }
  }
}

interface Run {
  readonly load: LoadResult
  readonly cpuMicros: number
}

/** The time a process has run, all of its threads (Linux; 0 elsewhere). */
function cpuMicrosOf({ process: child }: RunningWorker): number {
  const tasks = `/proc/${child.pid}/task`
  try {
    return readdirSync(tasks).reduce(
      (sum, task) => sum + Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]) / 1_000,
      0,
    )
  } catch {
    return 0
  }
}
