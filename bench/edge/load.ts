import { execFile } from 'node:child_process'
import { connect } from 'node:net'
import { promisify } from 'node:util'

/** What one run measured: requests a second, and latencies in milliseconds. */
export interface LoadResult {
  readonly requestsPerSecond: number
  readonly p50: number
  readonly p99: number
  readonly requests: number
  readonly errors: number
}

/** Keeps `connections` keep-alive connections busy with one request at a time each, for `seconds`. */
export async function load(
  port: number,
  path: string,
  seconds: number,
  connections = 16,
): Promise<LoadResult> {
  const latencies: number[] = []
  let errors = 0
  const started = performance.now()
  const deadline = started + seconds * 1_000
  await Promise.all(Array.from({ length: connections }, () => drive()))
  const elapsedSeconds = (performance.now() - started) / 1_000
  latencies.sort((a, b) => a - b)
  const quantile = (q: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * q))] ?? 0
  return {
    requestsPerSecond: latencies.length / elapsedSeconds,
    p50: quantile(0.5),
    p99: quantile(0.99),
    requests: latencies.length,
    errors,
  }

  function drive(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true })
      const request = `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nuser-agent: bench/1\r\naccept: */*\r\n\r\n`
      let sentAt = 0
      let received = ''
      const send = () => {
        if (performance.now() >= deadline) {
          socket.end()
          return resolve()
        }
        sentAt = performance.now()
        socket.write(request)
      }
      socket.setEncoding('latin1')
      socket.on('connect', send)
      socket.on('error', reject)
      socket.on('data', (chunk: string) => {
        received += chunk
        if (!isComplete(received)) return
        if (!received.startsWith('HTTP/1.1 200')) errors++
        received = ''
        latencies.push(performance.now() - sentAt)
        send()
      })
    })
  }
}

/** The same in a separate process, so that its CPU time is not counted with others. */
export async function loadFromOutside(port: number, path: string, seconds: number): Promise<LoadResult> {
  const args = [import.meta.filename, String(port), path, String(seconds)]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return JSON.parse(stdout) as LoadResult
}

function isComplete(response: string): boolean {
  const headEnd = response.indexOf('\r\n\r\n')
  if (headEnd < 0) return false
  const length = /^content-length: *(\d+)/im.exec(response.slice(0, headEnd))?.[1]
  return length === undefined
    ? response.endsWith('0\r\n\r\n')
    : response.length >= headEnd + 4 + Number(length)
}

if (process.argv[1] === import.meta.filename) {
  const [port, path = '/', seconds] = process.argv.slice(2)
  process.stdout.write(JSON.stringify(await load(Number(port), path, Number(seconds))))
}
