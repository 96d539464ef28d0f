import { instrument, processMessages } from '@throughline/otel-edge'
import packageJson from '../../package.json' with { type: 'json' }

interface Env {
  readonly DB: D1Database
  /** The address of the shipping service, without a slash at the end. */
  readonly SHIPPING_URL?: string
}

const TIMEOUT_MILLIS = 5000

/** Ships and fulfils paid orders: the consumer of the queue `orders`, whose messages are `{ orderId }`. */
const handler: ExportedHandler<Env> = {
  queue: (batch, env) => processMessages(batch, (message) => fulfil(message, env)),
}

export default instrument(handler, {
  serviceName: 'fulfilment',
  serviceVersion: packageJson.version,
  trust: 'internal',
})

async function fulfil(message: Message<unknown>, env: Env): Promise<void> {
  const orderId = orderIdOf(message.body)
  if (orderId === undefined) {
    // A retry cannot repair an invalid message.
    console.error(`message ${message.id} has no order id and was discarded`)
    message.ack()
    return
  }
  try {
    if (env.SHIPPING_URL) await ship(orderId, env.SHIPPING_URL)
    await env.DB.prepare("UPDATE orders SET status = 'fulfilled' WHERE id = ?").bind(orderId).run()
    message.ack()
  } catch (error) {
    console.error(`order ${orderId} could not be fulfilled, will try again:`, error)
    message.retry()
  }
}

/** Idempotent: shipping books one shipment for an order. Throws an `Error` for any answer but 201. */
async function ship(orderId: string, shippingUrl: string): Promise<void> {
  const response = await fetch(`${shippingUrl}/shipments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ orderId, parcels: 1 }),
    signal: AbortSignal.timeout(TIMEOUT_MILLIS),
  })
  // The body is always read: an unread response keeps its connection open.
  await response.arrayBuffer()
  if (response.status !== 201) throw new Error(`shipping answered with status ${response.status}`)
}

function orderIdOf(body: unknown): string | undefined {
  const orderId = typeof body === 'object' && body !== null && 'orderId' in body ? body.orderId : undefined
  return typeof orderId === 'string' ? orderId : undefined
}
