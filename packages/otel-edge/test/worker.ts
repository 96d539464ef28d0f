import {
  DurableObject,
  type RpcStub,
  RpcTarget,
  WorkerEntrypoint,
  WorkflowEntrypoint,
  type WorkflowEvent,
  type WorkflowStep,
} from 'cloudflare:workers'
import { Hono } from 'hono'
import {
  instrument,
  instrumentDurableObject,
  instrumentEntrypoint,
  instrumentWorkflow,
  processMessages,
  tracing,
} from '../src/index.ts'

export interface TestEnv {
  readonly COLLECTOR_URL: string
  readonly CART: KVNamespace
  readonly DB: D1Database
  readonly FILES: R2Bucket
  readonly ORDERS: Queue
  readonly FOREIGN: Queue
  readonly COUNTER: DurableObjectNamespace<CounterObject>
  readonly INVENTORY: Service<typeof InventoryEntrypoint>
  readonly SHAPES: Service<typeof MoreShapes>
  readonly SHOP: Fetcher
  readonly REFUND: Workflow<{ orderId: string }>
  readonly EVENTS: AnalyticsEngineDataset
  readonly LOGIN: RateLimit
  readonly POSTGRES: Hyperdrive
}

/** Called by RPC directly, without a method of a traced class between it and the runtime. */
class Session extends RpcTarget {
  readonly #bump: () => number

  constructor(bump: () => number) {
    super()
    this.#bump = bump
  }

  next(): string {
    return `${this.#bump() + 1}`
  }
}

class CounterObject extends DurableObject<TestEnv> {
  #count = 0
  /** The result of a method that was called in the constructor. */
  #parsed: unknown

  constructor(ctx: DurableObjectState, env: TestEnv) {
    super(ctx, env)
    void ctx.blockConcurrencyWhile(async () => {
      const stored = await this.ctx.storage.get('nothing')
      this.#parsed = this.parse(stored)
    })
  }

  parse(stored: unknown): string {
    return `parsed ${stored}`
  }

  async parsed(): Promise<string> {
    return typeof this.#parsed
  }

  async add(step: number): Promise<number> {
    this.#count += step
    await this.env.CART.put('count', String(this.#count))
    return this.#count
  }

  async remember(value: string): Promise<string | undefined> {
    await this.ctx.storage.put('value', value)
    this.ctx.storage.sql.exec(
      "CREATE TABLE IF NOT EXISTS notes (text TEXT); INSERT INTO notes VALUES ('secret')",
    )
    await this.ctx.storage.setAlarm(Date.now() + 60_000)
    return this.ctx.storage.get('value')
  }

  async slow(): Promise<number> {
    await new Promise((resolve) => setTimeout(resolve, 60))
    return this.#count
  }

  bump(): number {
    return ++this.#count
  }

  session(): Session {
    return new Session(() => this.bump())
  }

  async pass(stubs: { other: DurableObjectStub<CounterObject> }): Promise<typeof stubs> {
    return stubs
  }

  override async alarm(): Promise<void> {
    await this.env.CART.put('alarm', 'rang')
  }

  override async fetch(request: Request): Promise<Response> {
    if (request.headers.get('upgrade') === 'websocket') {
      const { 0: client, 1: server } = new WebSocketPair()
      this.ctx.acceptWebSocket(server)
      return new Response(null, { status: 101, webSocket: client })
    }
    return new Response(String(this.#count))
  }

  override async webSocketMessage(socket: WebSocket, message: string): Promise<void> {
    await this.env.CART.put('message', message)
    socket.send(`got ${message}`)
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

  async each(productIds: readonly string[], callback: (productId: string) => Promise<void>): Promise<number> {
    for (const productId of productIds) await callback(productId)
    return productIds.length
  }

  /** Returns the runtime's own promise of another call. */
  pass(name: string): Promise<number> {
    return this.env.COUNTER.getByName(name).slow() as unknown as Promise<number>
  }

  get version(): string {
    return '7'
  }
}

class Target extends RpcTarget {
  count(...args: readonly unknown[]): number {
    return args.length
  }

  get inner(): Target {
    return new Target()
  }
}

/** Methods that are called by RPC and return the number of their arguments. */
class ShapesEntrypoint extends WorkerEntrypoint<TestEnv> {
  count(...args: readonly unknown[]): number {
    return args.length
  }

  get target(): Target {
    return new Target()
  }

  get plain(): { count: (...args: readonly unknown[]) => number; deep: { count: Target['count'] } } {
    const count = (...args: readonly unknown[]) => args.length
    return { count, deep: { count } }
  }

  get fn(): (...args: readonly unknown[]) => number {
    return (...args) => args.length + this.#offset
  }

  get stub(): DurableObjectStub<CounterObject> {
    return this.env.COUNTER.getByName('shapes')
  }

  makeTarget(): Target {
    return new Target()
  }

  makeFunction(): (...args: readonly unknown[]) => number {
    return (...args) => args.length
  }

  makePlain(): { count: (...args: readonly unknown[]) => number } {
    return { count: (...args) => args.length }
  }

  async callBack(callback: (...args: readonly number[]) => Promise<number>): Promise<number> {
    return callback(1, 2)
  }

  async useTarget(target: RpcStub<Target>): Promise<number> {
    return target.count(1, 2)
  }

  fails(): never {
    throw new RangeError('out of range')
  }

  readonly #offset = 0
}

class ShopEntrypoint extends WorkerEntrypoint<TestEnv> {
  override fetch(request: Request): Response | Promise<Response> {
    const app = new Hono<{ Bindings: TestEnv }>()
    app.use(tracing())
    app.get('/api/products/:id', (c) => c.json({ id: c.req.param('id') }))
    return app.fetch(request, this.env)
  }
}

class RefundWorkflow extends WorkflowEntrypoint<TestEnv, { orderId: string } | undefined> {
  override async run(
    event: WorkflowEvent<{ orderId: string } | undefined>,
    step: WorkflowStep,
  ): Promise<string> {
    const order = await step.do(
      'load order',
      async () => (await this.env.CART.get('order')) ?? event.payload?.orderId,
    )
    if (event.payload?.orderId === 'slow') await step.sleep('until it is checked', '1 day')
    if (event.payload?.orderId === 'parallel') {
      await Promise.all([
        step.sleep('a while', 100).then(() => step.do('after a while', async () => 1)),
        step.do('at once', async () => 1),
        step.sleep('longer', 200).then(() => step.do('after longer', async () => 1)),
      ])
    }
    return await step.do('pay back', async () => `paid ${order}`)
  }
}

const shared = { exporter: { batchDelayMillis: 5 } }

export const Counter = instrumentDurableObject(CounterObject, { ...shared, serviceName: 'counter' })
export const Refund = instrumentWorkflow(RefundWorkflow, { ...shared, serviceName: 'refunds' })
export const Inventory = instrumentEntrypoint(InventoryEntrypoint, { ...shared, serviceName: 'inventory' })
class MoreShapes extends instrumentEntrypoint(ShapesEntrypoint, { ...shared, serviceName: 'shapes' }) {
  countMore(...args: readonly unknown[]): number {
    return args.length
  }

  override makePlain(): { count: (...args: readonly unknown[]) => number } {
    return super.makePlain()
  }
}
export const Shapes = MoreShapes
export const Shop = instrumentEntrypoint(ShopEntrypoint, {
  ...shared,
  serviceName: 'shop',
  trust: 'internal',
})

export default instrument<TestEnv, { orderId: number }>(
  {
    fetch: () => new Response('test worker'),
    queue: (batch, env) =>
      processMessages(batch, async (message) => {
        await env.CART.put(`order-${message.body.orderId}`, 'fulfilled')
        message.ack()
      }),
  },
  { ...shared, serviceName: 'fulfilment' },
)
