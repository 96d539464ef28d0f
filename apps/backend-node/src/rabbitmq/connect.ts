import { type Channel, type ChannelModel, connect, type RecoveringChannelModel } from 'amqplib'
import type { Logger } from 'pino'

const MAX_DELAY_MILLIS = 2000

export interface ConnectOptions {
  readonly url: string
  readonly logger: Logger
  /** Called with each connection: the first, and each after one that was lost. */
  readonly setup: (connection: ChannelModel) => Promise<void>
}

/** Connects to RabbitMQ, and again whenever the connection is lost. Rejects if the first attempt fails. */
export async function connectRabbitMq({
  url,
  logger,
  setup,
}: ConnectOptions): Promise<RecoveringChannelModel> {
  const connection = await connect(url, {
    recovery: { maxDelay: MAX_DELAY_MILLIS, initialMaxRetries: 0, setup, waitForConnect: false },
  })
  connection.on('error', (error) => logger.warn({ err: error }, 'rabbitmq failed'))
  connection.on('disconnect', (error) => logger.warn({ err: error }, 'rabbitmq disconnected'))
  return connection.waitForConnect()
}

/** A channel that the broker closes leaves its connection open. Closed, the connection and its channels are opened again. */
export function closeOnError(connection: ChannelModel, channel: Channel, logger: Logger): void {
  channel.on('error', (error) => {
    logger.warn({ err: error }, 'rabbitmq channel failed')
    // The connection may be lost already.
    connection.close().catch(() => undefined)
  })
}
