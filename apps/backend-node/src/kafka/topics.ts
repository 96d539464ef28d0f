import { Kafka, logLevel } from 'kafkajs'

/** Accepted payments, published by apps/backend-go. The key is the order id. */
export const PAYMENTS_ACCEPTED = 'payments.accepted'
/** Shipments that have left, read by apps/backend-go. The key is the order id. */
export const SHIPMENTS_DISPATCHED = 'shipments.dispatched'

/** Creates the topics that do not exist, with the broker's defaults. */
export async function createTopics(brokers: string, ...topics: readonly string[]): Promise<void> {
  // kafkajs logs a topic that exists as an error.
  const admin = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    await admin.createTopics({ topics: topics.map((topic) => ({ topic })) })
  } finally {
    await admin.disconnect()
  }
}
