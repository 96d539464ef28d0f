import { type Logger, pino } from 'pino'
import { sdk } from '../telemetry/register.ts'

/** Ends what a service has started. The last one that was started comes first. */
export type Close = () => Promise<unknown> | unknown

/** How long what is in flight may take. Then the last spans are exported, for which there is as much time again. */
const DRAIN_MILLIS = 1500

/**
 * Starts a service and stops it on SIGINT or SIGTERM: what is in flight is finished, then buffered spans are exported.
 *
 * `start` calls `onStop` for each part that it has started. A service that does not start ends with 1.
 */
export async function runService(
  start: (logger: Logger, onStop: (close: Close) => void) => Promise<void>,
): Promise<void> {
  // Each line has `trace_id` and `span_id` of the active span, by the instrumentation of pino.
  const logger = pino({
    name: process.env.OTEL_SERVICE_NAME || 'unknown_service',
    level: process.env.LOG_LEVEL || 'info',
  })
  const parts: Close[] = []
  const close = async () => {
    for (const part of parts.reverse())
      await Promise.resolve(part()).catch((error: unknown) => logger.error({ err: error }, 'stop failed'))
  }
  const stop = async (exitCode: number) => {
    // An open connection or a collector that hangs does not keep the process alive.
    setTimeout(() => process.exit(exitCode || 1), 2 * DRAIN_MILLIS).unref()
    await Promise.race([close(), new Promise((resolve) => setTimeout(resolve, DRAIN_MILLIS))])
    await sdk
      .shutdown()
      .catch((error: unknown) => logger.error({ err: error }, 'the last spans were not exported'))
    logger.info('stopped')
    process.exit(exitCode)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop(0))
  try {
    await start(logger, (close) => parts.push(close))
    logger.info('ready')
  } catch (error) {
    logger.fatal({ err: error }, 'not started')
    await stop(1)
  }
}
