import { mkdtempSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { median, round } from './median.ts'
import { serveWorker } from './workerd.ts'

const REQUESTS_PER_SECOND = 20
const PHASES = [
  { name: 'working', collector: 'works', seconds: 5 },
  { name: 'refusing connections', collector: 'refuses', seconds: 5 },
  { name: 'working again', collector: 'works', seconds: 5 },
  { name: 'hanging', collector: 'hangs', seconds: 20 },
  { name: 'working at last', collector: 'works', seconds: 15 },
] as const

export interface OutagePhase {
  readonly name: string
  readonly answers: number
  readonly p50Millis: number
  readonly maxMillis: number
}

export interface OutageResult {
  readonly phases: readonly OutagePhase[]
  readonly sent: number
  readonly lost: number
}

/**
 * A worker under 20 requests a second whose collector refuses connections for 5 s, works, hangs for 20 s, and works
 * again. Reports the lost spans and the times of responses.
 */
export async function measureOutage(basePort: number): Promise<OutageResult> {
  const stored = new Set<string>()
  let hangs = false
  let server: Server | undefined
  const worker = await serveWorker('throughline', basePort + 1, {
    folder: mkdtempSync(join(tmpdir(), 'outage-')),
    bindings: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${basePort}` },
  })
  const phases: OutagePhase[] = []
  let sent = 0
  for (const { name, collector, seconds } of PHASES) {
    hangs = collector === 'hangs'
    if (collector === 'refuses') stopServer()
    else server ??= await startServer()
    const latencies: number[] = []
    const pending: Promise<void>[] = []
    for (let tick = 0; tick < seconds * REQUESTS_PER_SECOND; tick++) {
      const started = performance.now()
      pending.push(
        fetch(`http://127.0.0.1:${worker.port}/hello/${sent++}`)
          .then((response) => response.text())
          .then(() => void latencies.push(performance.now() - started)),
      )
      await new Promise((resolve) => setTimeout(resolve, 1_000 / REQUESTS_PER_SECOND))
    }
    await Promise.all(pending)
    phases.push({
      name,
      answers: latencies.length,
      p50Millis: round(median(latencies), 1),
      maxMillis: round(Math.max(...latencies), 1),
    })
  }
  const deadline = Date.now() + 30_000
  while (stored.size < sent && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 250))
  worker.process.kill('SIGKILL')
  stopServer()
  return { phases, sent, lost: sent - stored.size }

  function startServer(): Promise<Server> {
    const started = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        if (hangs) return
        const json = gunzipSync(Buffer.concat(chunks)).toString()
        for (const [, id] of json.matchAll(/"url\.path","value":\{"stringValue":"\/hello\/(\d+)"/g)) {
          stored.add(id ?? '')
        }
        response.end('{}')
      })
    })
    return new Promise((resolve) => started.listen(basePort, '127.0.0.1', () => resolve(started)))
  }

  function stopServer(): void {
    server?.close()
    server?.closeAllConnections()
    server = undefined
  }
}

if (import.meta.main) {
  const { phases, sent, lost } = await measureOutage(Number(process.env.BASE_PORT ?? 18_160))
  for (const { name, answers, p50Millis, maxMillis } of phases) {
    console.log(`${name}: ${answers} answers, p50 ${p50Millis} ms, longest ${maxMillis} ms`)
  }
  console.log(`sent ${sent}, lost ${lost}`)
  // Responses during an outage may take as long as others, plus a margin for a shared machine.
  const [good = Number.NaN] = phases.map(({ p50Millis }) => p50Millis)
  const isSlower = phases.some(({ p50Millis, maxMillis }) => p50Millis > good + 5 || maxMillis > 2_000)
  if (isSlower) console.error('the outage made answers slower')
  process.exit(lost === 0 && !isSlower ? 0 : 1)
}
