import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LoadResult } from './load.ts'
import { answered, type RunningWorker, serveWorker } from './workerd.ts'

const here = import.meta.dirname
const {
  ROUNDS = '5',
  SECONDS = '3',
  PATHS = '/hello/x,/fetch/x',
  RATIOS = '1,0.01,0',
  BASE_PORT = '18100',
  PIN = '',
} = process.env
const names =
  process.argv.slice(2).length > 0
    ? process.argv.slice(2)
    : ['throughline', 'hono-otel', 'otel-cf-workers', 'sentry']

const folder = mkdtempSync(join(tmpdir(), 'bench-edge-'))

let nextPort = Number(BASE_PORT)
const collectorPort = nextPort++
const collector = spawn(process.execPath, [join(here, 'collector.ts')], {
  env: { ...process.env, PORT: String(collectorPort), COUNT_SPANS: '1' },
  stdio: 'ignore',
})
process.on('exit', () => collector.kill('SIGKILL'))
await answered(collectorPort)

const table: Record<string, unknown>[] = []
for (const ratio of RATIOS.split(',')) {
  const bare = await start('bare', ratio)
  for (const name of names) {
    const peer = await start(name, ratio)
    for (const path of PATHS.split(',')) {
      const pairs: { bare: LoadResult; peer: LoadResult }[] = []
      await count()
      measure(bare.port, path, 1)
      measure(peer.port, path, 1)
      let cpuMillis = 0
      let bareCpuMillis = 0
      let bareRequests = 0
      let requests = 0
      const measureBare = () => {
        const before = cpuOf(bare)
        const result = measure(bare.port, path)
        bareCpuMillis += cpuOf(bare) - before
        bareRequests += result.requests
        return result
      }
      await count()
      for (let round = 0; round < Number(ROUNDS); round++) {
        // Which one goes first changes, so that a machine that slows down slows both.
        const first = round % 2 === 0
        const early = first ? measureBare() : undefined
        const before = cpuOf(peer)
        const peerResult = measure(peer.port, path)
        cpuMillis += cpuOf(peer) - before
        requests += peerResult.requests
        pairs.push({ bare: early ?? measureBare(), peer: peerResult })
      }
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      const { posts, spans } = await count()
      const row = {
        worker: name,
        path,
        ratio,
        ofBare: round(
          median(pairs.map(({ bare: b, peer: p }) => p.requestsPerSecond / b.requestsPerSecond)),
          2,
        ),
        requestsPerSecond: Math.round(median(pairs.map(({ peer: p }) => p.requestsPerSecond))),
        bareRequestsPerSecond: Math.round(median(pairs.map(({ bare: b }) => b.requestsPerSecond))),
        p99Millis: round(median(pairs.map(({ peer: p }) => p.p99)), 1),
        bareP99Millis: round(median(pairs.map(({ bare: b }) => b.p99)), 1),
        cpuMicrosPerRequest: Math.round((cpuMillis * 1_000) / requests),
        bareCpuMicrosPerRequest: Math.round((bareCpuMillis * 1_000) / bareRequests),
        postsPer1000: round((posts * 1_000) / requests, 2),
        spansPerRequest: round(spans / requests, 2),
        errors: pairs.reduce((sum, { peer: p }) => sum + p.errors, 0),
      }
      table.push(row)
      console.log(JSON.stringify(row))
    }
    peer.process.kill('SIGKILL')
  }
  bare.process.kill('SIGKILL')
}
process.exit(0)

function start(name: string, ratio: string): Promise<RunningWorker> {
  const endpoint = `http://127.0.0.1:${collectorPort}`
  const bindings = {
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_COMPRESSION: process.env.COMPRESSION ?? 'gzip',
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: ratio,
    UPSTREAM: `${endpoint}/upstream`,
    SENTRY_DSN: `http://key@127.0.0.1:${collectorPort}/1`,
  }
  return serveWorker(name, nextPort++, folder, bindings, PIN)
}

function measure(port: number, path: string, seconds = Number(SECONDS)): LoadResult {
  const args = [join(here, 'load.ts'), String(port), path, String(seconds)]
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as LoadResult
}

async function count(): Promise<{ posts: number; spans: number }> {
  return (await (await fetch(`http://127.0.0.1:${collectorPort}/count`)).json()) as {
    posts: number
    spans: number
  }
}

/** User and system time the process has used, in milliseconds (Linux; 10 ms ticks). */
function cpuOf({ process: child }: RunningWorker): number {
  try {
    const [, fields = ''] = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')
    const [user = 0, system = 0] = fields.split(' ').slice(11, 13).map(Number)
    return (user + system) * 10
  } catch {
    return 0
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
