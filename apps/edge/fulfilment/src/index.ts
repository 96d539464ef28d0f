import { instrument, processMessages } from '@throughline/otel-edge'
import packageJson from '../../package.json' with { type: 'json' }

interface Env {
  readonly DB: D1Database
}

/** Fulfils paid orders: the consumer of the queue `orders`, whose messages are `{ orderId }`. */
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
    await env.DB.prepare("UPDATE orders SET status = 'fulfilled' WHERE id = ?").bind(orderId).run()
    message.ack()
  } catch (error) {
    console.error(`order ${orderId} could not be fulfilled, will try again:`, error)
    message.retry()
  }
}

function orderIdOf(body: unknown): string | undefined {
  const orderId = typeof body === 'object' && body !== null && 'orderId' in body ? body.orderId : undefined
  return typeof orderId === 'string' ? orderId : undefined
}
