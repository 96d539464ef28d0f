import { mkdtempSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { load } from './load.ts'
import { serveWorker } from './workerd.ts'

// Resident memory of a worker's process over a million requests, its collector answering.
const [name = 'throughline', total = '1000000'] = process.argv.slice(2)
const PORT = Number(process.env.BASE_PORT ?? 18_180)
const collector = createServer((request, response) => {
  request.resume().on('end', () => response.end('{}'))
}).listen(PORT, '127.0.0.1')
const endpoint = `http://127.0.0.1:${PORT}`
const bindings = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, UPSTREAM: endpoint, OTEL_TRACES_SAMPLER_ARG: '1' }
const worker = await serveWorker(name, PORT + 1, mkdtempSync(join(tmpdir(), 'memory-')), bindings)
let requests = 0
let next = 0
while (requests < Number(total)) {
  requests += (await load(worker.port, '/hello/x', 5)).requests
  if (requests < next) continue
  next = requests + Number(total) / 10
  const status = readFileSync(`/proc/${worker.process.pid}/status`, 'utf8')
  console.log(`${requests} requests: ${Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024)} MB`)
}
collector.close()
process.exit(0)
