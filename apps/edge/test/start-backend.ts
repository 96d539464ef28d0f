import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const MAIN = join(import.meta.dirname, '../../backend/src/main.ts')

/** The running payments service. */
export interface Backend {
  readonly url: string
  stop(): Promise<void>
}

/** Starts the real payments service on a free port. It exports spans to `otlpEndpoint`. */
export async function startBackend(otlpEndpoint: string): Promise<Backend> {
  const child = spawn(process.execPath, [MAIN], {
    env: { ...process.env, PORT: '0', DATABASE_PATH: ':memory:', OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const { port } = JSON.parse(line) as { port?: number }
    if (port === undefined) continue
    child.stdout.resume()
    return {
      url: `http://localhost:${port}`,
      async stop() {
        if (child.exitCode === null && child.kill()) await once(child, 'exit')
      },
    }
  }
  throw new Error('the backend ended before it listened')
}
