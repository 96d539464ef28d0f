import { InvalidMessageError, parseObject } from '../process/invalid-message-error.ts'

/** An accepted payment, as JSON in a message of Kafka. */
export interface PaymentAccepted {
  readonly paymentId: string
  readonly orderId: string
  readonly amountCents: number
}

/** Parses the value of a message. Throws an `InvalidMessageError`. */
export function parsePaymentAccepted(value: Buffer | null): PaymentAccepted {
  const { paymentId, orderId, amountCents } = parseObject(value)
  if (typeof paymentId !== 'string' || typeof orderId !== 'string' || typeof amountCents !== 'number')
    throw new InvalidMessageError('the message is not a payment')
  return { paymentId, orderId, amountCents }
}
