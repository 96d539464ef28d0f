import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib'
import type { Producer } from 'kafkajs'
import type { Logger } from 'pino'
import { SHIPMENTS_DISPATCHED } from '../kafka/topics.ts'
import { InvalidMessageError } from '../process/invalid-message-error.ts'
import { closeOnError, connectRabbitMq } from '../rabbitmq/connect.ts'
import { declareTopology, readTopology } from '../rabbitmq/topology.ts'
import { parseShipmentBooked, type ShipmentBooked } from '../shipping/shipment-booked.ts'
import type { ShipmentStore } from '../shipping/store.ts'
import { describeOrder, recordError } from '../telemetry/attributes.ts'

/** How many messages are in process at a time. */
const PREFETCH = 10
const RETRY_MILLIS = 1000

export interface WorkerOptions {
  readonly url: string
  readonly shipments: ShipmentStore
  readonly producer: Producer
  readonly logger: Logger
}

/** Consumes booked shipments, each at least once. The returned function finishes the messages in process. */
export async function startWorker(options: WorkerOptions): Promise<() => Promise<void>> {
  const { url, logger } = options
  const topology = readTopology()
  const inProcess = new Set<Promise<void>>()
  let cancel = async (): Promise<unknown> => undefined
  const connection = await connectRabbitMq({
    url,
    logger,
    async setup(model: ChannelModel) {
      const channel = await model.createChannel()
      closeOnError(model, channel, logger)
      await declareTopology(channel, topology)
      await channel.prefetch(PREFETCH)
      const { consumerTag } = await channel.consume(topology.booked, (message) => {
        // RabbitMQ sends null when the queue is deleted.
        if (!message) return
        const done = process(channel, message, options).finally(() => inProcess.delete(done))
        inProcess.add(done)
      })
      cancel = async () => channel.cancel(consumerTag)
    },
  })
  return async () => {
    await cancel().catch(() => undefined)
    await Promise.all(inProcess)
    await connection.close()
  }
}

/** The instrumentation starts the span of a message, and ends it when the message is acknowledged or rejected. */
async function process(channel: Channel, message: ConsumeMessage, options: WorkerOptions): Promise<void> {
  const { logger } = options
  try {
    const event = parseShipmentBooked(message.content)
    describeOrder(event)
    await dispatch(event, options)
    settle(logger, () => channel.ack(message))
  } catch (error) {
    recordError(error)
    if (error instanceof InvalidMessageError) {
      logger.error({ err: error }, 'message discarded')
      return settle(logger, () => channel.reject(message, false))
    }
    logger.error({ err: error }, 'dispatch failed')
    await new Promise((resolve) => setTimeout(resolve, RETRY_MILLIS))
    settle(logger, () => channel.reject(message, true))
  }
}

async function dispatch(
  event: ShipmentBooked,
  { shipments, producer, logger }: WorkerOptions,
): Promise<void> {
  const { orderId, shipmentId } = event
  if (!(await shipments.dispatch(shipmentId))) throw new InvalidMessageError('there is no such shipment')
  await producer.send({
    topic: SHIPMENTS_DISPATCHED,
    messages: [{ key: orderId, value: JSON.stringify(event) }],
  })
  logger.info({ orderId, shipmentId }, 'shipment dispatched')
}

/** Once the connection is lost, the broker sends the message again. */
function settle(logger: Logger, acknowledge: () => void): void {
  try {
    acknowledge()
  } catch (error) {
    logger.warn({ err: error }, 'message not acknowledged')
  }
}
