import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median, round } from './median.ts'
import { PEERS } from './peers.ts'
import { serveWorker } from './workerd.ts'

/**
 * From starting the runtime to the first answer, in milliseconds: the median over several starts of each worker, one
 * after the other in each round.
 */
export async function measureColdStart(
  workers: readonly string[],
  rounds: number,
  basePort: number,
): Promise<Map<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), 'cold-'))
  const times = new Map<string, number[]>(workers.map((name) => [name, []]))
  const bindings = {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
    OTEL_TRACES_SAMPLER_ARG: '1',
    SENTRY_DSN: 'http://key@127.0.0.1:1/1',
  }
  let port = basePort
  for (let index = 0; index < rounds; index++) {
    for (const name of workers) {
      const worker = await serveWorker(name, port++, { folder, bindings })
      times.get(name)?.push(worker.startMillis)
      worker.process.kill('SIGKILL')
    }
  }
  return new Map([...times].map(([name, millis]) => [name, round(median(millis))]))
}

if (import.meta.main) {
  const medians = await measureColdStart(['bare', ...PEERS], 7, Number(process.env.BASE_PORT ?? 18_190))
  for (const [name, millis] of medians) console.log(`${name}: ${millis} ms`)
  process.exit(0)
}
