import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serveWorker } from './workerd.ts'

// From starting the runtime to the first answer, medians over several starts, one worker after the other in each.
const names = ['bare', 'throughline', 'hono-otel', 'otel-cf-workers', 'sentry']
const folder = mkdtempSync(join(tmpdir(), 'cold-'))
const times = new Map<string, number[]>(names.map((name) => [name, []]))
let port = Number(process.env.BASE_PORT ?? 18_190)
for (let round = 0; round < 7; round++) {
  for (const name of names) {
    const bindings = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
      OTEL_TRACES_SAMPLER_ARG: '1',
      SENTRY_DSN: 'http://key@127.0.0.1:1/1',
    }
    const worker = await serveWorker(name, port++, folder, bindings)
    times.get(name)?.push(worker.startMillis)
    worker.process.kill('SIGKILL')
  }
}
for (const [name, millis] of times) {
  const sorted = millis.sort((a, b) => a - b)
  console.log(`${name}: ${sorted[Math.floor(sorted.length / 2)]?.toFixed(0)} ms`)
}
process.exit(0)
