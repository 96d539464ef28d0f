import { getRequestListener } from '@hono/node-server'
import { createApp } from './app.ts'
import { type Listening, listen } from './listen.ts'
import { openLocalPayments } from './local-payments.ts'
import { createLogger } from './logger.ts'
import { openRemotePayments } from './remote-payments.ts'
import { startTelemetry } from './telemetry.ts'

const DEFAULT_PORT = 8790

const telemetry = startTelemetry()
const logger = createLogger()
const payments = process.env.PAYMENTS_URL
  ? openRemotePayments(process.env.PAYMENTS_URL)
  : openLocalPayments(process.env.DATABASE_PATH || ':memory:')
const port = portFromEnvironment()
const listening = await listen(getRequestListener(createApp({ payments, logger }).fetch), {
  port,
  host: process.env.BACKEND_HOST || 'localhost',
}).catch((error: NodeJS.ErrnoException) =>
  fail(error.code === 'EADDRINUSE' ? portTaken(port) : error.message),
)
logger.info({ port: listening.port }, 'payments backend is listening')
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop(listening))

/** Waits for requests in flight, then sends the buffered spans: without them, spans of other services would be orphans. */
async function stop({ close }: Listening): Promise<void> {
  // An open connection or a collector that hangs does not keep the process alive.
  setTimeout(() => process.exit(0), 3000).unref()
  await close()
  payments.close()
  await telemetry.shutdown()
  process.exit(0)
}

function portFromEnvironment(): number {
  const text = process.env.PORT || process.env.BACKEND_PORT
  if (!text) return DEFAULT_PORT
  const number = Number(text)
  // 0 lets the system choose one, which tests use.
  if (!Number.isInteger(number) || number < 0 || number > 65535)
    fail(`BACKEND_PORT (or PORT) is "${text}": a whole number from 0 to 65535 is expected.`)
  return number
}

function portTaken(port: number): string {
  return `Port ${port} is taken. Stop what uses it, or choose another by BACKEND_PORT (PORT when the backend runs alone).`
}

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}
