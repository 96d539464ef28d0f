import { DurableObject, WorkerEntrypoint } from 'cloudflare:workers'
import { Hono } from 'hono'
import { instrument, instrumentDurableObject, instrumentEntrypoint, tracing } from '../src/index.ts'

export interface TestEnv {
  readonly COLLECTOR_URL: string
  readonly CART: KVNamespace
  readonly DB: D1Database
  readonly FILES: R2Bucket
  readonly ORDERS: Queue
  readonly FOREIGN: Queue
  readonly COUNTER: DurableObjectNamespace<CounterObject>
  readonly INVENTORY: Service<typeof InventoryEntrypoint>
  readonly SHOP: Fetcher
}

class CounterObject extends DurableObject<TestEnv> {
  #count = 0

  async add(step: number): Promise<number> {
    this.#count += step
    await this.env.CART.put('count', String(this.#count))
    return this.#count
  }

  override async fetch(): Promise<Response> {
    return new Response(String(this.#count))
  }
}

class InventoryEntrypoint extends WorkerEntrypoint<TestEnv> {
  #reserved = 0

  async reserve(
    productId: string,
    quantity: number,
  ): Promise<{ productId: string; left: number; args: number }> {
    if (quantity < 0) throw new RangeError(`quantity ${quantity}`)
    this.#reserved += quantity
    await this.env.CART.get(productId)
    // biome-ignore lint/complexity/noArguments: the test is about how many arguments arrive.
    return { productId, left: 10 - this.#reserved, args: arguments.length }
  }

  get version(): string {
    return '7'
  }
}

class ShopEntrypoint extends WorkerEntrypoint<TestEnv> {
  override fetch(request: Request): Response | Promise<Response> {
    const app = new Hono<{ Bindings: TestEnv }>()
    app.use(tracing())
    app.get('/api/products/:id', (c) => c.json({ id: c.req.param('id') }))
    return app.fetch(request, this.env)
  }
}

const shared = { exporter: { windowMillis: 5 } }

export const Counter = instrumentDurableObject(CounterObject, { ...shared, serviceName: 'counter' })
export const Inventory = instrumentEntrypoint(InventoryEntrypoint, { ...shared, serviceName: 'inventory' })
export const Shop = instrumentEntrypoint(ShopEntrypoint, {
  ...shared,
  serviceName: 'shop',
  trust: 'internal',
})

export default instrument<TestEnv>({ fetch: () => new Response('test worker') })
