import { mkdtempSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadFromOutside } from './load.ts'
import { serveWorker } from './workerd.ts'

export interface MemorySample {
  readonly requests: number
  /** Resident memory of the worker's process (Linux). */
  readonly megabytes: number
}

/** Resident memory over so many requests, its collector answering: ten samples, the last at the end. */
export async function measureMemory(name: string, total: number, basePort: number): Promise<MemorySample[]> {
  const collector = createServer((request, response) => {
    request.resume().on('end', () => response.end('{}'))
  }).listen(basePort, '127.0.0.1')
  const endpoint = `http://127.0.0.1:${basePort}`
  const bindings = {
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    UPSTREAM: endpoint,
    OTEL_TRACES_SAMPLER_ARG: '1',
    SENTRY_DSN: `http://key@127.0.0.1:${basePort}/1`,
  }
  const folder = mkdtempSync(join(tmpdir(), 'memory-'))
  const worker = await serveWorker(name, basePort + 1, { folder, bindings })
  const samples: MemorySample[] = []
  let requests = 0
  let next = 0
  while (requests < total) {
    requests += (await loadFromOutside(worker.port, '/hello/x', 5)).requests
    if (requests < next && requests < total) continue
    next = requests + total / 10
    const status = readFileSync(`/proc/${worker.process.pid}/status`, 'utf8')
    samples.push({ requests, megabytes: Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024) })
  }
  worker.process.kill('SIGKILL')
  collector.close()
  collector.closeAllConnections()
  return samples
}

if (import.meta.main) {
  const [name = 'throughline', total = '1000000'] = process.argv.slice(2)
  const samples = await measureMemory(name, Number(total), Number(process.env.BASE_PORT ?? 18_180))
  for (const { requests, megabytes } of samples) console.log(`${requests} requests: ${megabytes} MB`)
  process.exit(0)
}
