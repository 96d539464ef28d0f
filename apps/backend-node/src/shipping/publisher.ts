import type { ConfirmChannel } from 'amqplib'
import type { Logger } from 'pino'
import { closeOnError, connectRabbitMq } from '../rabbitmq/connect.ts'
import { declareTopology, readTopology } from '../rabbitmq/topology.ts'
import type { ShipmentBooked } from './shipment-booked.ts'

export interface Publisher {
  /** Resolves when the broker has stored the message, and rejects when the connection is lost before. */
  publish(event: ShipmentBooked): Promise<void>
  close(): Promise<void>
}

const CONNECT_MILLIS = 2000

/** Connects to RabbitMQ. After a connection was lost, a publication waits for the next one. */
export async function openPublisher(url: string, logger: Logger): Promise<Publisher> {
  const topology = readTopology()
  let channel = Promise.withResolvers<ConfirmChannel>()
  const connection = await connectRabbitMq({
    url,
    logger,
    async setup(model) {
      const opened = await model.createConfirmChannel()
      await declareTopology(opened, topology)
      closeOnError(model, opened, logger)
      opened.on('close', () => {
        channel = Promise.withResolvers()
      })
      channel.resolve(opened)
    },
  })
  return {
    async publish(event) {
      const opened = await withinMillis(channel.promise, CONNECT_MILLIS)
      const content = Buffer.from(JSON.stringify(event))
      const options = { persistent: true, contentType: 'application/json', messageId: event.shipmentId }
      await new Promise<void>((resolve, reject) => {
        opened.publish(topology.exchange, topology.booked, content, options, (error) =>
          error ? reject(error) : resolve(),
        )
      })
    },
    close: () => connection.close(),
  }
}

async function withinMillis<Value>(promise: Promise<Value>, millis: number): Promise<Value> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('RabbitMQ is not connected')), millis)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
