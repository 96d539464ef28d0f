import type { Channel } from 'amqplib'

/** The names of an exchange and its queues. */
export interface Topology {
  readonly exchange: string
  /** The queue of booked shipments, and their routing key. */
  readonly booked: string
  /** Where a message of that queue is moved to when it is rejected. */
  readonly dead: string
}

/** The topology of `RABBITMQ_EXCHANGE`, by default `shipments`. */
export function readTopology(): Topology {
  const exchange = process.env.RABBITMQ_EXCHANGE || 'shipments'
  return { exchange, booked: `${exchange}.booked`, dead: `${exchange}.dead` }
}

/** Declares the exchange and the queues, which exist already unless the broker is new. */
export async function declareTopology(channel: Channel, { exchange, booked, dead }: Topology): Promise<void> {
  await channel.assertExchange(exchange, 'direct')
  await channel.assertQueue(dead)
  await channel.assertQueue(booked, { deadLetterExchange: '', deadLetterRoutingKey: dead })
  await channel.bindQueue(booked, exchange, booked)
}
