import { mkdtempSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { serveWorker } from './workerd.ts'

// A worker under 20 requests a second whose collector refuses connections for 5 s, works, hangs for 20 s, and works
// again. Prints how many spans were lost and what the outage did to the answers.
const PORT = Number(process.env.BASE_PORT ?? 18_160)
const ids = new Set<string>()
let hangs = false

function listen(): Promise<Server> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (hangs) return
      const json = gunzipSync(Buffer.concat(chunks)).toString()
      for (const [, path] of json.matchAll(/"url\.path","value":\{"stringValue":"\/hello\/(\d+)"/g))
        ids.add(path ?? '')
      response.end('{}')
    })
  })
  return new Promise((resolve) => server.listen(PORT, '127.0.0.1', () => resolve(server)))
}

const worker = await serveWorker('throughline', PORT + 1, mkdtempSync(join(tmpdir(), 'outage-')), {
  OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${PORT}`,
})
const phases = [
  {
    name: 'working',
    seconds: 5,
    begin: async () => {
      server = await listen()
    },
  },
  {
    name: 'refusing',
    seconds: 5,
    begin: async () => {
      server?.close()
      server?.closeAllConnections()
    },
  },
  {
    name: 'working again',
    seconds: 5,
    begin: async () => {
      server = await listen()
    },
  },
  {
    name: 'hanging',
    seconds: 20,
    begin: async () => {
      hangs = true
    },
  },
  {
    name: 'working at last',
    seconds: 15,
    begin: async () => {
      hangs = false
    },
  },
]
let server: Server | undefined
let sent = 0
for (const { name, seconds, begin } of phases) {
  await begin()
  const latencies: number[] = []
  const pending: Promise<void>[] = []
  for (let tick = 0; tick < seconds * 20; tick++) {
    const started = performance.now()
    pending.push(
      fetch(`http://127.0.0.1:${worker.port}/hello/${sent++}`)
        .then((response) => response.text())
        .then(() => void latencies.push(performance.now() - started)),
    )
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await Promise.all(pending)
  latencies.sort((a, b) => a - b)
  const quantile = (q: number) => latencies[Math.floor(latencies.length * q)]?.toFixed(1)
  console.log(
    `${name}: ${latencies.length} answers, p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms, ${ids.size} of ${sent} spans there`,
  )
}
const deadline = Date.now() + 30_000
while (ids.size < sent && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 250))
console.log(`sent ${sent}, stored ${ids.size}, lost ${sent - ids.size}`)
process.exit(ids.size === sent ? 0 : 1)
