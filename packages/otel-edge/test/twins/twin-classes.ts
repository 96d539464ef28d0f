import {
  DurableObject,
  RpcTarget,
  WorkerEntrypoint,
  WorkflowEntrypoint,
  type WorkflowEvent,
  type WorkflowStep,
} from 'cloudflare:workers'
import { NonRetryableError } from 'cloudflare:workflows'
import type { TwinEnv } from './case.ts'
import { describe, isStable, type Seen } from './describe.ts'
import { runCases } from './run-cases.ts'
import { answerAsSite } from './site.ts'

let disposals = 0

export class TwinTarget extends RpcTarget {
  #count = 0
  readonly label: string

  constructor(label: string) {
    super()
    this.label = label
  }

  sum(...numbers: unknown[]): string {
    return `${this.label}: ${numbers.length} ${numbers.join('+')}`
  }
  next(): number {
    return ++this.#count
  }
  get name2(): string {
    return `${this.label}/${this.#count}`
  }
  get inner(): TwinTarget {
    return new TwinTarget(`${this.label}.inner`)
  }
  deeper(label: string): TwinTarget {
    return new TwinTarget(`${this.label}.${label}`)
  }
  fail(): never {
    throw new TypeError(`${this.label} fails`)
  }
  [Symbol.dispose](): void {
    disposals++
  }
}

class TwinError extends Error {
  override name = 'TwinError'
  readonly code = 7
}

/** Called by RPC and by `fetch`. */
export class TwinEntrypoint extends WorkerEntrypoint<TwinEnv> {
  #calls = 0
  readonly plain = 'an own property'

  override fetch(request: Request): Response | Promise<Response> {
    return answerAsSite(request)
  }
  runs(titles: readonly string[]): Promise<Record<string, Seen>> {
    return runCases(titles, 'entrypoint', { env: this.env, ctx: this.ctx })
  }
  sum(...numbers: unknown[]): string {
    return `${numbers.length} ${numbers.join('+')}`
  }
  async echo(value: unknown): Promise<unknown> {
    return value
  }
  describes(...values: unknown[]): Seen {
    return describe(values)
  }
  get version(): string {
    return `v${this.#calls}`
  }
  get nested(): TwinTarget {
    return new TwinTarget('nested')
  }
  get methods(): Record<string, unknown> {
    return { sum: (...numbers: unknown[]) => `${numbers.length} of ${numbers.join('+')}`, value: 7 }
  }
  get failing(): never {
    throw new RangeError('no getter')
  }
  count(): number {
    return ++this.#calls
  }
  target(label: string): TwinTarget {
    return new TwinTarget(label)
  }
  async slowTarget(label: string): Promise<TwinTarget> {
    await new Promise((resolve) => setTimeout(resolve, 1))
    return new TwinTarget(label)
  }
  targets(): unknown {
    return { first: new TwinTarget('first'), list: [new TwinTarget('second')], plain: 1 }
  }
  adder(by: number): (...args: number[]) => string {
    return (...args) => `${args.length} ${args.map((number) => number + by).join()}`
  }
  async call(callback: (...args: unknown[]) => Promise<unknown>, ...args: unknown[]): Promise<unknown> {
    return await callback(...args)
  }
  async callNested(holder: { callback(...args: unknown[]): Promise<unknown> }): Promise<unknown> {
    return await holder.callback('from', 'afar')
  }
  async keep(stub: {
    next(): Promise<number>
    dup(): { next(): Promise<number> } & Disposable
  }): Promise<number> {
    using copy = stub.dup()
    await stub.next()
    return await copy.next()
  }
  fail(kind: string): never {
    if (kind === 'range') throw new RangeError('out of range')
    if (kind === 'own') throw new TwinError('an own error')
    if (kind === 'cause') throw new Error('outer', { cause: new TypeError('inner') })
    if (kind === 'string') throw 'a text'
    if (kind === 'null') throw null
    if (kind === 'object') throw { a: 1 }
    if (kind === 'dom') throw new DOMException('no room', 'QuotaExceededError')
    throw new Error(kind)
  }
  async failLater(kind: string): Promise<never> {
    await new Promise((resolve) => setTimeout(resolve, 1))
    this.fail(kind)
  }
  stream(): ReadableStream {
    return new Response('a stream by RPC').body as ReadableStream
  }
  objectStream(): ReadableStream {
    return new ReadableStream({
      type: 'bytes',
      start(controller) {
        controller.enqueue(new TextEncoder().encode('bytes '))
        controller.enqueue(new TextEncoder().encode('by RPC'))
        controller.close()
      },
    })
  }
  async reads(stream: ReadableStream): Promise<string> {
    return await new Response(stream).text()
  }
  async writes(stream: WritableStream): Promise<void> {
    const writer = stream.getWriter()
    await writer.write(new TextEncoder().encode('written '))
    await writer.write(new TextEncoder().encode('afar'))
    await writer.close()
  }
  response(): Response {
    return new Response('by RPC', { status: 201, headers: { 'x-own': 'kept' } })
  }
  async readsRequest(request: Request): Promise<string> {
    return `${request.method} ${new URL(request.url).pathname} ${request.headers.get('x-own')} ${await request.text()}`
  }
  async readsResponse(response: Response): Promise<string> {
    return `${response.status} ${await response.text()}`
  }
  async storesThrough(kv: Fetcher, path: string): Promise<string> {
    return await (await kv.fetch(`http://x${path}`)).text()
  }
  passObject(name: string): unknown {
    return this.env.OBJECT.getByName(name)
  }
  forward(name: string): unknown {
    return this.env.OBJECT.getByName(name).increment(5)
  }
  disposals(): number {
    return disposals
  }
  props(): Seen {
    return describe(this.ctx.props)
  }
  self(): Seen {
    return describe([
      this instanceof WorkerEntrypoint,
      this.constructor.name,
      Object.keys(this),
      Reflect.has(this, 'sum'),
      this.sum.name,
      this.sum.length,
      isStable(() => this.sum),
      Object.hasOwn(this, 'sum'),
      isStable(() => this.env),
      isStable(() => this.ctx),
      Object.prototype.toString.call(this),
    ])
  }
  arrow = (): string => 'an own function'
}

export class TwinObject extends DurableObject<TwinEnv> {
  #count = 0
  readonly #events: string[] = []
  readonly #ready: Promise<void>

  constructor(ctx: DurableObjectState, env: TwinEnv) {
    super(ctx, env)
    this.#ready = ctx.blockConcurrencyWhile(async () => {
      this.#count = (await ctx.storage.get<number>('count')) ?? 0
      this.#events.push(`constructed with ${this.#count}, ${ctx.getWebSockets().length} sockets`)
    })
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'))
  }

  runs(titles: readonly string[]): Promise<Record<string, Seen>> {
    return runCases(titles, 'object', { env: this.env, ctx: this.ctx, storage: this.ctx.storage })
  }
  get size(): number {
    return this.#count
  }
  get nested(): TwinTarget {
    return new TwinTarget('of the object')
  }
  async increment(by: number): Promise<number> {
    await this.#ready
    this.#count += by
    await this.ctx.storage.put('count', this.#count)
    return this.#count
  }
  sum(...numbers: unknown[]): string {
    return `${numbers.length} ${numbers.join('+')}`
  }
  events(): string[] {
    return this.#events
  }
  fail(): never {
    throw new RangeError('the object fails')
  }
  self(): Seen {
    return describe([
      this instanceof DurableObject,
      this.constructor.name,
      Object.keys(this),
      this.sum.name,
      this.sum.length,
      this.ctx.id.name ?? 'unnamed',
      Object.prototype.toString.call(this.ctx),
      Object.prototype.toString.call(this.ctx.storage),
      isStable(() => this.ctx.storage),
      isStable(() => this.ctx.storage.sql),
      this.ctx.constructor.name,
      this.ctx.storage.constructor.name,
    ])
  }
  async setsAlarm(): Promise<string> {
    const fired = new Promise<string>((resolve) => {
      this.#rung = resolve
    })
    await this.ctx.storage.setAlarm(Date.now())
    return await fired
  }
  #rung: (info: string) => void = () => {}
  override async alarm(info?: AlarmInvocationInfo): Promise<void> {
    this.#rung(`rang ${info?.isRetry} ${info?.retryCount} ${await this.ctx.storage.getAlarm()}`)
  }
  async dies(): Promise<void> {
    this.ctx.abort('on purpose')
  }

  override async fetch(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url)
    if (request.headers.get('upgrade') !== 'websocket') {
      if (pathname === '/throws') throw new TypeError('the object throws')
      return await answerAsSite(request)
    }
    const { 0: client, 1: server } = new WebSocketPair()
    this.ctx.acceptWebSocket(server, [pathname.slice(1), 'all'])
    server.serializeAttachment({ path: pathname })
    return new Response(null, { status: 101, webSocket: client })
  }
  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    const attachment = socket.deserializeAttachment() as { path: string }
    if (message === 'throw') throw new Error('in a message')
    if (message === 'close') {
      socket.close(4001, 'asked to')
      return
    }
    socket.send(
      JSON.stringify({
        message: typeof message === 'string' ? message : message.byteLength,
        attachment,
        tags: this.ctx.getTags(socket),
        sockets: this.ctx.getWebSockets().length,
        same: this.ctx.getWebSockets('all').includes(socket),
        auto: this.ctx.getWebSocketAutoResponse()?.response ?? 'none',
        class: socket.constructor.name,
        events: this.#events,
      }),
    )
  }
  override async webSocketClose(
    socket: WebSocket,
    code: number,
    reason: string,
    wasClean: boolean,
  ): Promise<void> {
    this.#events.push(`closed ${code} ${reason} ${wasClean} ${socket.readyState}`)
  }
}

export class TwinBroken extends DurableObject<TwinEnv> {
  constructor(ctx: DurableObjectState, env: TwinEnv) {
    super(ctx, env)
    throw new TypeError('not to be made')
  }
}

export class TwinFlow extends WorkflowEntrypoint<TwinEnv, { kind?: string } | undefined> {
  override async run(event: WorkflowEvent<{ kind?: string } | undefined>, step: WorkflowStep): Promise<Seen> {
    const kind = event.payload?.kind
    const seen: Seen[] = [
      describe(event.payload),
      Object.keys(event).sort().join(),
      describe(event.timestamp),
      this instanceof WorkflowEntrypoint,
      Object.prototype.toString.call(step),
      describe(step.do),
    ]
    const value = await step.do('a value', async (context) => ({
      at: [1, 'two'],
      when: new Date(0),
      context: Object.keys(context ?? {})
        .sort()
        .join(),
    }))
    seen.push(describe(value))
    seen.push(describe(await step.do('nothing', async () => {})))
    if (kind === 'retry') {
      let runs = 0
      const config = { retries: { limit: 3, delay: 1, backoff: 'constant' as const }, timeout: 5_000 }
      const result = await step.do('retried', config, async (context) => {
        if (++runs < 3) throw new Error(`run ${runs}`)
        return `done after ${runs}, attempt ${context?.attempt}`
      })
      seen.push(result)
    }
    if (kind === 'sleep') {
      await step.sleep('a little', 5)
      seen.push(await step.do('after the sleep', async () => 'awake'))
    }
    if (kind === 'caught') {
      const config = { retries: { limit: 0, delay: 1 } }
      try {
        await step.do('fails', config, async () => {
          throw new RangeError('in a step')
        })
      } catch (error) {
        seen.push(describe(error))
      }
    }
    if (kind === 'parallel') {
      seen.push(...(await Promise.all(['a', 'b'].map((name) => step.do(name, async () => name)))))
    }
    if (kind === 'misuse') {
      for (const args of [[], ['name'], ['name', {}], [1, async () => 1]]) {
        try {
          seen.push(describe(await Reflect.apply(step.do, step, args)))
        } catch (error) {
          seen.push(describe(error))
        }
      }
    }
    if (kind === 'final') {
      try {
        await step.do('final', async () => {
          throw new NonRetryableError('no use')
        })
      } catch (error) {
        seen.push(describe(error))
      }
    }
    if (kind === 'event') {
      const { payload, type } = await step.waitForEvent<{ by: string }>('an approval', {
        type: 'approval',
        timeout: '10 seconds',
      })
      seen.push([type, payload.by])
    }
    if (kind === 'throw') throw new TypeError('the flow fails')
    return seen
  }
}
