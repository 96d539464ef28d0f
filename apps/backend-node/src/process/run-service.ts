import { type Logger, pino } from 'pino'
import { sdk } from '../telemetry/register.ts'

/** Ends one part of a service. */
type Close = () => Promise<unknown> | unknown

/** How long what is in flight may take. Then the last spans are exported, for which there is as much time again. */
const DRAIN_MILLIS = 1500

/** What a service gets at its start. */
export interface Service {
  readonly logger: Logger
  /** Called for each part that has started. The last one is closed first. */
  readonly onStop: (close: Close) => void
  /** Stops the service with 1 when a part cannot go on. */
  readonly fail: (error: unknown) => void
}

/**
 * Starts a service and stops it on SIGINT or SIGTERM: what is in flight is finished, then buffered spans are exported. A
 * service that does not start ends with 1.
 */
export async function runService(start: (service: Service) => Promise<void>): Promise<void> {
  // Each line has `trace_id` and `span_id` of the active span, by the instrumentation of pino.
  const name = process.env.OTEL_SERVICE_NAME || 'unknown_service'
  const logger = pino({ name, level: process.env.LOG_LEVEL || 'info' })
  const parts: Close[] = []
  const stop = async (exitCode: number) => {
    // An open connection or a collector that hangs does not keep the process alive.
    setTimeout(() => process.exit(exitCode || 1), 2 * DRAIN_MILLIS).unref()
    await Promise.race([closeAll(parts, logger), new Promise((resolve) => setTimeout(resolve, DRAIN_MILLIS))])
    await sdk.shutdown().catch((error: unknown) => logger.error({ err: error }, 'last spans not exported'))
    logger.info('stopped')
    process.exit(exitCode)
  }
  const fail = (error: unknown) => {
    logger.fatal({ err: error }, 'failed')
    void stop(1)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop(0))
  try {
    await start({ logger, onStop: (close) => parts.push(close), fail })
    logger.info('ready')
  } catch (error) {
    fail(error)
  }
}

async function closeAll(parts: Close[], logger: Logger): Promise<void> {
  for (let close = parts.pop(); close; close = parts.pop()) {
    try {
      await close()
    } catch (error) {
      logger.error({ err: error }, 'stop failed')
    }
  }
}
