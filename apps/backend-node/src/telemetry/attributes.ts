import { type Attributes, SpanStatusCode, trace } from '@opentelemetry/api'

/** What is known about an order. */
interface OrderFacts {
  readonly orderId?: string
  readonly paymentId?: string
  readonly shipmentId?: string
  readonly parcels?: number
  readonly amountCents?: number
}

/** Sets business attributes on the active span, beside those of the instrumentation. The amount is in euros. */
export function describeOrder(facts: OrderFacts): void {
  const { orderId, paymentId, shipmentId, parcels, amountCents } = facts
  trace.getActiveSpan()?.setAttributes(
    withoutUndefined({
      'order.id': orderId,
      'payment.id': paymentId,
      'payment.amount': amountCents === undefined ? undefined : amountCents / 100,
      'shipment.id': shipmentId,
      'shipment.parcels': parcels,
    }),
  )
}

/** Records an error on the active span, and sets its status. */
export function recordError(error: unknown): void {
  const span = trace.getActiveSpan()
  const { message } = error instanceof Error ? error : new Error(String(error))
  span?.recordException(error instanceof Error ? error : message)
  span?.setStatus({ code: SpanStatusCode.ERROR, message })
}

function withoutUndefined(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined))
}
