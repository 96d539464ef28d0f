import { createRequire } from 'node:module'
import { join } from 'node:path'
import { NODE_SERVICES } from '../../scripts/services/node-services.ts'
import type { Services } from '../../scripts/services/services.ts'

interface Amqplib {
  connect(url: string): Promise<{
    createConfirmChannel(): Promise<{
      publish(exchange: string, routingKey: string, content: Buffer): boolean
      waitForConfirms(): Promise<void>
      get(queue: string, options: object): Promise<false | { readonly content: Buffer }>
    }>
    close(): Promise<void>
  }>
}

interface KafkaJs {
  readonly Kafka: new (
    options: object,
  ) => {
    producer(): {
      connect(): Promise<void>
      send(record: object): Promise<unknown>
      disconnect(): Promise<void>
    }
  }
}

// The modules of the services, here without instrumentation: their messages have no headers.
const require = createRequire(join(NODE_SERVICES, 'package.json'))

/** Publishes a message to an exchange of RabbitMQ. */
export async function publishRaw({ ports }: Services, exchange: string, content: string): Promise<void> {
  const connection = await (require('amqplib') as Amqplib).connect(urlOf(ports.rabbitmqPort))
  const channel = await connection.createConfirmChannel()
  channel.publish(exchange, `${exchange}.booked`, Buffer.from(content))
  await channel.waitForConfirms()
  await connection.close()
}

/** Takes a message from a queue of RabbitMQ. `undefined` when there is none. */
export async function takeRaw({ ports }: Services, queue: string): Promise<string | undefined> {
  const connection = await (require('amqplib') as Amqplib).connect(urlOf(ports.rabbitmqPort))
  const channel = await connection.createConfirmChannel()
  const message = await channel.get(queue, { noAck: true })
  await connection.close()
  return message ? message.content.toString() : undefined
}

/** Sends messages to a topic of Kafka. */
export async function sendRaw(
  { ports }: Services,
  topic: string,
  ...values: readonly string[]
): Promise<void> {
  const { Kafka } = require('kafkajs') as KafkaJs
  const producer = new Kafka({ brokers: [`127.0.0.1:${ports.kafkaPort}`], logLevel: 0 }).producer()
  await producer.connect()
  await producer.send({ topic, messages: values.map((value) => ({ value })) })
  await producer.disconnect()
}

export function urlOf(port: number): string {
  return `amqp://guest:guest@127.0.0.1:${port}`
}
