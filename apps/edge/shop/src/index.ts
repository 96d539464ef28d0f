import { tracing } from '@throughline/otel-edge'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import packageJson from '../../package.json' with { type: 'json' }
import { carts } from './carts.ts'
import type { ShopApp } from './env.ts'
import { orders } from './orders.ts'
import { problem } from './problem.ts'
import { products } from './products.ts'

const MAX_BODY_BYTES = 16_384

const app = new Hono<ShopApp>().basePath('/api')
app.use(
  tracing({
    serviceName: 'shop',
    serviceVersion: packageJson.version,
    // Reached only through the gateway's binding; the gateway has decided which traces to continue.
    trust: 'internal',
    queues: ['ORDERS'],
    propagateBindings: ['INVENTORY'],
  }),
)
app.use(
  bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError: (c) => problem(c, 413, 'bad_request', `A request has at most ${MAX_BODY_BYTES} bytes.`),
  }),
)
app.route('/', products)
app.route('/', carts)
app.route('/', orders)
app.notFound((c) => problem(c, 404, 'not_found', 'There is nothing at this address.'))
app.onError((error, c) => {
  console.error(error)
  return problem(c, 500, 'internal', 'Something went wrong in the shop.')
})

export default app
