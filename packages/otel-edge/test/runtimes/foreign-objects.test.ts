import { Readable } from 'node:stream'
import { createContext, runInContext } from 'node:vm'
import { type Collector, startCollector, startHttpServer } from '@throughline/otel-testing/node'
import { Hono } from 'hono'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

const nativeFetch = globalThis.fetch
const NativeResponse = globalThis.Response
const NativeRequest = globalThis.Request
let collector: Collector

beforeEach(async () => {
  vi.resetModules()
  // Each test is a new process, with a `fetch` of its own.
  Reflect.deleteProperty(globalThis, Symbol.for('throughline.otel-edge.1'))
  collector = await startCollector()
})
afterEach(async () => {
  Object.assign(globalThis, { fetch: nativeFetch, Response: NativeResponse, Request: NativeRequest })
  await collector.close()
})

/** Answers as `node-fetch` does: no web streams, own classes, private state. */
class NodeFetchResponse {
  readonly #text: string
  readonly status = 200
  readonly body: Readable
  readonly headers = new Map([['content-type', 'text/plain']])

  constructor(text: string) {
    this.#text = text
    this.body = Readable.from([text])
  }

  async text(): Promise<string> {
    return this.#text
  }

  async json(): Promise<unknown> {
    return JSON.parse(this.#text)
  }

  clone(): NodeFetchResponse {
    return new NodeFetchResponse(this.#text)
  }
}

type Fetch = (input: unknown, init?: unknown) => Promise<unknown>

/** Replacements of the runtime's fetch by apps, tests and servers. */
const FETCHES: [string, Fetch][] = [
  ['a class of its own, as node-fetch', async () => new NodeFetchResponse('{"a":1}')],
  [
    'a plain object, as mocks',
    async () => ({ ok: true, json: async () => ({ a: 1 }), text: async () => '{"a":1}' }),
  ],
  [
    'a frozen object',
    async () => Object.freeze({ json: async () => ({ a: 1 }), text: async () => '{"a":1}' }),
  ],
  [
    'an object without a prototype',
    async () =>
      Object.assign(Object.create(null), { json: async () => ({ a: 1 }), text: async () => '{"a":1}' }),
  ],
  [
    'a proxy',
    async () =>
      new Proxy(new NodeFetchResponse('{"a":1}'), {
        get: (target, key) => {
          const value: unknown = Reflect.get(target, key, target)
          return typeof value === 'function' ? value.bind(target) : value
        },
      }),
  ],
  ['a native response', async () => new NativeResponse('{"a":1}')],
  [
    'a native response of a realm of its own',
    async () => {
      const realm = createContext({ text: '{"a":1}' })
      return runInContext(
        '({ status: 200, text: async () => text, json: async () => JSON.parse(text) })',
        realm,
      )
    },
  ],
]

async function answerOf(fetchOfApp: Fetch, isTraced: boolean): Promise<unknown> {
  globalThis.fetch = fetchOfApp as typeof fetch
  const app = new Hono()
  if (isTraced) {
    const { tracing } = await import('../../src/index.ts')
    app.use(tracing({ exporter: { url: collector.tracesUrl, batchDelayMillis: 5 } }))
  }
  app.get('/', async (c) => {
    const first = await fetch('http://upstream.example/')
    const second = await fetch('http://upstream.example/')
    const copy = typeof second.clone === 'function' ? await second.clone().text() : 'no clone'
    return c.json([await first.json(), await second.text(), copy])
  })
  return await (await app.request('http://x.example/')).json()
}

test.each(FETCHES)('a traced app works as without tracing with a fetch that returns %s', async (_, own) => {
  const bare = await answerOf(own, false)
  expect(await answerOf(own, true)).toEqual(bare)
})

test.each([undefined, null, 'text', 5])(
  'a fetch that returns %s returns the same with tracing',
  async (value) => {
    globalThis.fetch = (async () => value) as unknown as typeof fetch
    const { tracing } = await import('../../src/index.ts')
    const app = new Hono()
    app.use(tracing({ exporter: { url: collector.tracesUrl, batchDelayMillis: 5 } }))
    app.get('/', async (c) => c.json({ same: Object.is(await fetch('http://upstream.example/'), value) }))
    expect(await (await app.request('http://x.example/')).json()).toEqual({ same: true })
  },
)

test('a traced app works after Response and Request were replaced by unrelated classes', async () => {
  const { tracing } = await import('../../src/index.ts')
  const upstream = await startHttpServer((_, response) => response.end('{"a":1}'))
  const app = new Hono()
  app.use(tracing({ exporter: { url: collector.tracesUrl, batchDelayMillis: 5 } }))
  app.get('/', async () => {
    const value: unknown = await (await fetch(upstream.url)).json()
    return NativeResponse.json({ value, copy: await (await fetch(upstream.url)).clone().text() })
  })
  Object.assign(globalThis, { Response: class {}, Request: class {} })
  try {
    const response = await app.fetch(new NativeRequest('http://x.example/'))
    expect(await response.json()).toEqual({ value: { a: 1 }, copy: '{"a":1}' })
  } finally {
    await upstream.close()
  }
})

test('the patched fetch has the name, length and properties of the original', async () => {
  const own = Object.assign(async () => new NativeResponse(), { preconnect: () => 'connected' })
  globalThis.fetch = own as unknown as typeof fetch
  const { tracing } = await import('../../src/index.ts')
  const app = new Hono()
  app.use(tracing({ exporter: { url: collector.tracesUrl } }))
  app.get('/', (c) => c.text('ok'))
  await app.request('http://x.example/')
  const { name, length } = globalThis.fetch
  expect(globalThis.fetch).not.toBe(own)
  expect([name, length]).toEqual([own.name, own.length])
  expect(Reflect.get(globalThis.fetch, 'preconnect')).toBe(own.preconnect)
})

test('flush() sends pending spans, for runtimes that freeze after a response', async () => {
  const { flush, tracing } = await import('../../src/index.ts')
  const app = new Hono()
  app.use(tracing({ exporter: { url: collector.tracesUrl, batchDelayMillis: 3_600_000 } }))
  app.get('/hello', (c) => c.text('ok'))
  await (await app.request('http://x.example/hello')).text()
  expect(collector.spans()).toEqual([])
  await flush()
  expect(collector.spans().map(({ name }) => name)).toEqual(['GET /hello'])
})

test('flush() ends in time if the collector does not respond', async () => {
  collector.answerExports({ cutAfterMillis: 3_600_000 })
  const { flush, tracing } = await import('../../src/index.ts')
  const app = new Hono()
  app.use(tracing({ exporter: { url: collector.tracesUrl, batchDelayMillis: 3_600_000 } }))
  app.get('/', (c) => c.text('ok'))
  await (await app.request('http://x.example/')).text()
  const started = performance.now()
  await flush(100)
  expect(performance.now() - started).toBeLessThan(20_000)
  expect(collector.attempts).toHaveLength(1)
})
