import { context } from '@opentelemetry/api'
import { getRPCMetadata, RPCType } from '@opentelemetry/core'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { createMiddleware } from 'hono/factory'
import { routePath } from 'hono/route'
import type { Logger } from 'pino'
import { parsePaymentRequest } from './payment-request.ts'
import type { Payments } from './payments.ts'

const MAX_BODY_BYTES = 16_384

interface AppOptions {
  readonly payments: Payments
  readonly logger: Logger
}

/** The payments API: `POST /payments` and `GET /healthz`. Errors are `{ error: { code, message } }`. */
export function createApp({ payments, logger }: AppOptions): Hono {
  const app = new Hono()
  app.use(nameSpanByRoute)
  app.get('/healthz', (c) => c.json({ status: 'ok' }))
  app.post(
    '/payments',
    bodyLimit({ maxSize: MAX_BODY_BYTES, onError: (c) => c.json(problem('too_large', 'Too large.'), 413) }),
    async (c) => {
      const body: unknown = await c.req.json().catch(() => undefined)
      const request = parsePaymentRequest(body)
      if ('problem' in request) return c.json(problem('bad_request', request.problem), 400)
      const { orderId, amountCents } = request
      const payment = await payments.pay(request)
      if (payment.outcome === 'refused') {
        logger.warn({ orderId, amountCents }, 'payment refused')
        return c.json(problem('payment_refused', 'The card was refused.'), 402)
      }
      const { paymentId } = payment
      logger.info({ orderId, amountCents, paymentId }, 'payment accepted')
      return c.json({ paymentId }, 201)
    },
  )
  app.notFound((c) => c.json(problem('not_found', 'No such page.'), 404))
  app.onError((error, c) => {
    logger.error({ err: error }, 'request failed')
    return c.json(problem('internal', 'Something went wrong here.'), 500)
  })
  return app
}

/** Sets the route in the RPC metadata, from which OpenTelemetry's HTTP instrumentation takes it for the span name. */
const nameSpanByRoute = createMiddleware(async function nameSpanByRoute(c, next) {
  const rpcMetadata = getRPCMetadata(context.active())
  await next()
  const route = routePath(c, -1)
  if (rpcMetadata?.type === RPCType.HTTP && route !== '/*') rpcMetadata.route = route
})

function problem(code: string, message: string): { error: { code: string; message: string } } {
  return { error: { code, message } }
}
