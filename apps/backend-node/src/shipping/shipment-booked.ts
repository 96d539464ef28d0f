import { InvalidMessageError, parseObject } from '../process/invalid-message-error.ts'

/** A booked shipment, as JSON in a message of RabbitMQ. A message of Kafka has the same fields when it is dispatched. */
export interface ShipmentBooked {
  readonly shipmentId: string
  readonly orderId: string
}

/** Parses the content of a message. Throws an `InvalidMessageError`. */
export function parseShipmentBooked(content: Buffer): ShipmentBooked {
  const { shipmentId, orderId } = parseObject(content)
  if (typeof shipmentId !== 'string' || typeof orderId !== 'string')
    throw new InvalidMessageError('the message has no shipment id or no order id')
  return { shipmentId, orderId }
}
