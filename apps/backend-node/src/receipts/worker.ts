import type { Consumer, EachMessagePayload } from 'kafkajs'
import type { Logger } from 'pino'
import { PAYMENTS_ACCEPTED } from '../kafka/topics.ts'
import { InvalidMessageError } from '../process/invalid-message-error.ts'
import { describeOrder, recordError } from '../telemetry/attributes.ts'
import { parsePaymentAccepted } from './payment-accepted.ts'
import type { ReceiptStore } from './store.ts'

export interface WorkerOptions {
  readonly consumer: Consumer
  readonly receipts: ReceiptStore
  readonly logger: Logger
  /** Called when the consumer ends by an error, after which it does not start again. */
  readonly onCrash: (error: Error) => void
}

/** Consumes accepted payments, each at least once. Resolves when the consumer has joined its group. */
export async function startWorker(options: WorkerOptions): Promise<void> {
  const { consumer } = options
  const joined = new Promise<void>((resolve) => {
    consumer.on(consumer.events.GROUP_JOIN, () => resolve())
  })
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!payload.restart) options.onCrash(payload.error)
  })
  await consumer.connect()
  await consumer.subscribe({ topics: [PAYMENTS_ACCEPTED], fromBeginning: true })
  // By `eachMessage`, the span of a message is a child of its producer. By `eachBatch` it begins a trace of its own.
  await consumer.run({ eachMessage: (payload) => process(payload, options) })
  await joined
}

/** An error that is thrown is recorded by the instrumentation, and the message is consumed again. */
async function process({ message }: EachMessagePayload, { receipts, logger }: WorkerOptions): Promise<void> {
  try {
    const payment = parsePaymentAccepted(message.value)
    const { orderId, paymentId } = payment
    describeOrder(payment)
    await receipts.insert(payment)
    logger.info({ orderId, paymentId }, 'receipt issued')
  } catch (error) {
    recordError(error)
    if (!(error instanceof InvalidMessageError)) throw error
    logger.error({ err: error }, 'message discarded')
  }
}
