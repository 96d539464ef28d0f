import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { attribute, type ReceivedSpan, waitForSpans } from '@throughline/otel-testing'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import type { Trust } from '../../src/config/trust.ts'
import { tracing } from '../../src/index.ts'
import { TestCollector } from '../collector.ts'
import type { TestEnv } from '../worker.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const SPAN_ID = 'b7ad6b7169203331'
const VALID = `00-${TRACE_ID}-${SPAN_ID}-01`
const collector = new TestCollector()

/** The headers that a worker with `trust: 'all'` sends when it is called with these headers. */
async function forwarded(
  headers: HeadersInit,
  env: Record<string, string> = {},
  trust: Trust = 'all',
): Promise<Record<string, string>> {
  const app = new Hono()
  app.use(tracing(collector.options({ trust })))
  app.get('/', async (c) => c.json(await (await fetch(`${collector.url}/echo`)).json()))
  const ctx = createExecutionContext()
  const response = await app.fetch(new Request('http://x/', { headers }), env, ctx)
  const seen = (await response.json()) as Record<string, string>
  await waitOnExecutionContext(ctx)
  return seen
}

const several = (...values: [string, string][]) => {
  const headers = new Headers()
  for (const [name, value] of values) headers.append(name, value)
  return headers
}

describe('traceparent (https://www.w3.org/TR/trace-context-2/#traceparent-header)', () => {
  test.each([
    ['sampled', VALID, '01'],
    ['not sampled', `00-${TRACE_ID}-${SPAN_ID}-00`, '00'],
    ['the random flag is propagated', `00-${TRACE_ID}-${SPAN_ID}-03`, '03'],
    ['the random flag alone is propagated', `00-${TRACE_ID}-${SPAN_ID}-02`, '02'],
    ['unknown flags are not propagated', `00-${TRACE_ID}-${SPAN_ID}-ff`, '03'],
    ['a later version of the same length', `cc-${TRACE_ID}-${SPAN_ID}-01`, '01'],
    [
      'a later version with more data after a dash',
      `cc-${TRACE_ID}-${SPAN_ID}-01-what-the-future-will-be-like`,
      '01',
    ],
    ['padded with spaces and tabs', ` \t${VALID}\t `, '01'],
  ])('a traceparent is continued: %s', async (_, traceparent, flags) => {
    const seen = await forwarded({ traceparent })
    expect(seen.traceparent).toMatch(new RegExp(`^00-${TRACE_ID}-(?!${SPAN_ID})[0-9a-f]{16}-${flags}$`))
  })

  test.each([
    ['version 00 with more behind', `${VALID}-what-the-future-will-be-like`],
    ['version 00 with a point behind', `${VALID}.`],
    [
      'a later version with more, not behind a dash',
      `cc-${TRACE_ID}-${SPAN_ID}-01.what-the-future-will-be-like`,
    ],
    ['version ff', `ff-${TRACE_ID}-${SPAN_ID}-01`],
    ['an illegal version', `.0-${TRACE_ID}-${SPAN_ID}-01`],
    ['a version too long', `000-${TRACE_ID}-${SPAN_ID}-01`],
    ['a version too short', `0-${TRACE_ID}-${SPAN_ID}-01`],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${SPAN_ID}-01`],
    ['an illegal trace id', `00-.${TRACE_ID.slice(1)}-${SPAN_ID}-01`],
    ['a trace id in capitals', `00-${TRACE_ID.toUpperCase()}-${SPAN_ID}-01`],
    ['a trace id too long', `00-${TRACE_ID}0-${SPAN_ID}-01`],
    ['a trace id too short', `00-${TRACE_ID.slice(1)}-${SPAN_ID}-01`],
    ['a parent id of zeros', `00-${TRACE_ID}-${'0'.repeat(16)}-01`],
    ['an illegal parent id', `00-${TRACE_ID}-.${SPAN_ID.slice(1)}-01`],
    ['a parent id too long', `00-${TRACE_ID}-${SPAN_ID}0-01`],
    ['a parent id too short', `00-${TRACE_ID}-${SPAN_ID.slice(1)}-01`],
    ['illegal flags', `00-${TRACE_ID}-${SPAN_ID}-.0`],
    ['flags in capitals', `00-${TRACE_ID}-${SPAN_ID}-0A`],
    ['flags too long', `00-${TRACE_ID}-${SPAN_ID}-001`],
    ['flags too short', `00-${TRACE_ID}-${SPAN_ID}-1`],
    ['empty', ''],
    ['two values', `${VALID}, 00-1af7651916cd43dd8448eb211c80319c-${SPAN_ID}-01`],
  ])('a traceparent starts a new trace without its tracestate: %s', async (_, traceparent) => {
    const seen = await forwarded({ traceparent, tracestate: 'foo=1' })
    expect(seen.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-03$/)
    expect(seen.traceparent).not.toContain(TRACE_ID)
    expect(seen.tracestate).toBeUndefined()
  })

  test('two traceparent headers start a new trace', async () => {
    const seen = await forwarded(several(['traceparent', VALID], ['traceparent', VALID]))
    expect(seen.traceparent).not.toContain(TRACE_ID)
  })

  test('header names are case-insensitive', async () => {
    expect((await forwarded({ TrAcEpArEnT: VALID })).traceparent).toContain(TRACE_ID)
    expect((await forwarded({ 'trace-parent': VALID })).traceparent).not.toContain(TRACE_ID)
  })
})

describe('tracestate (https://www.w3.org/TR/trace-context-2/#tracestate-header)', () => {
  const members = (count: number) => Array.from({ length: count }, (_, index) => `m${index}=1`).join(',')

  test.each([
    ['one member', 'foo=1', 'foo=1'],
    ['several in their order', 'foo=1,bar=2', 'foo=1,bar=2'],
    ['spaces and tabs around members', 'foo=1 \t , \t bar=2', 'foo=1,bar=2'],
    ['empty members', 'foo=1,,bar=2,', 'foo=1,bar=2'],
    ['every character a key may have', 'a-z0_9*/=1', 'a-z0_9*/=1'],
    ['tenant@system', 'fw529a3039@dt=FfSoxx', 'fw529a3039@dt=FfSoxx'],
    ['a key of 256 characters', `${'z'.repeat(256)}=1`, `${'z'.repeat(256)}=1`],
    ['a value of 256 characters', `foo=${'v'.repeat(256)}`, `foo=${'v'.repeat(256)}`],
    ['blanks inside of a value', 'foo=a b', 'foo=a b'],
    ['32 members', members(32), members(32)],
  ])('a tracestate is propagated: %s', async (_, tracestate, expected) => {
    expect(await forwarded({ traceparent: VALID, tracestate })).toMatchObject({
      traceparent: expect.stringContaining(TRACE_ID),
      tracestate: expected,
    })
  })

  test.each([
    ['a key with a blank', 'foo =1'],
    ['a key in capitals', 'FOO=1'],
    ['a key with a point', 'foo.bar=1'],
    ['no key', '=1'],
    ['no value', 'foo='],
    ['no equals sign', 'foo'],
    ['an at at the start', '@foo=1'],
    ['a key too long', `${'z'.repeat(257)}=1`],
    ['a value too long', `foo=${'v'.repeat(257)}`],
    ['an equals sign in a value', 'foo=bar=baz'],
    ['33 members', members(33)],
    ['33 members, two of one key', `${members(32)},${members(1)}`],
  ])('a tracestate is dropped and the traceparent kept: %s', async (_, tracestate) => {
    const seen = await forwarded({ traceparent: VALID, tracestate })
    expect(seen.traceparent).toContain(TRACE_ID)
    expect(seen.tracestate).toBeUndefined()
  })

  test('the first member of a duplicate key is kept, and so are the other members', async () => {
    const seen = await forwarded({ traceparent: VALID, tracestate: 'bar=9,foo=1,foo=2,baz=3' })
    expect(seen.tracestate).toBe('bar=9,foo=1,baz=3')
  })

  test('several tracestate headers are one list', async () => {
    const headers = several(
      ['traceparent', VALID],
      ['tracestate', 'foo=1'],
      ['tracestate', ''],
      ['tracestate', 'bar=2'],
    )
    expect((await forwarded(headers)).tracestate).toBe('foo=1,bar=2')
  })

  test('members beyond 512 characters are dropped, those over 128 characters first', async () => {
    const long = `long=${'v'.repeat(200)}`
    const tracestate = `a=${'1'.repeat(100)},${long},b=${'2'.repeat(100)},c=${'3'.repeat(100)},d=${'4'.repeat(100)}`
    expect((await forwarded({ traceparent: VALID, tracestate })).tracestate).toBe(
      `a=${'1'.repeat(100)},b=${'2'.repeat(100)},c=${'3'.repeat(100)},d=${'4'.repeat(100)}`,
    )
  })
})

describe('baggage and other formats', () => {
  test('baggage is propagated without invalid members', async () => {
    const seen = await forwarded({
      traceparent: VALID,
      baggage: 'user=anna%20b;p=1, bad key=1,n="x",tier=gold',
    })
    expect(seen.baggage).toBe('user=anna%20b;p=1,tier=gold')
  })

  test.each([
    ['b3', { b3: `${TRACE_ID}-${SPAN_ID}-1` }, 'b3', new RegExp(`^${TRACE_ID}-[0-9a-f]{16}-1$`)],
    [
      'b3',
      { b3: `${TRACE_ID.slice(16)}-${SPAN_ID}-d` },
      'b3',
      new RegExp(`^0{16}${TRACE_ID.slice(16)}-[0-9a-f]{16}-d$`),
    ],
    ['b3multi', { 'x-b3-traceid': TRACE_ID, 'x-b3-spanid': SPAN_ID, 'x-b3-flags': '1' }, 'x-b3-flags', /^1$/],
    // Without a sampling state the decision is the receiver's.
    ['b3', { b3: `${TRACE_ID}-${SPAN_ID}` }, 'b3', new RegExp(`^${TRACE_ID}-[0-9a-f]{16}-1$`)],
    ['b3', { b3: `${TRACE_ID}-${SPAN_ID}-0` }, 'b3', new RegExp(`^${TRACE_ID}-[0-9a-f]{16}-0$`)],
    ['b3multi', { 'x-b3-traceid': TRACE_ID, 'x-b3-spanid': SPAN_ID }, 'x-b3-sampled', /^1$/],
    ['b3', { b3: '0' }, 'b3', /^[0-9a-f]{32}-[0-9a-f]{16}-1$/],
    [
      'b3multi',
      { 'x-b3-traceid': TRACE_ID, 'x-b3-spanid': SPAN_ID, 'x-b3-sampled': '1' },
      'x-b3-traceid',
      new RegExp(`^${TRACE_ID}$`),
    ],
    [
      'jaeger',
      { 'uber-trace-id': `${TRACE_ID}:${SPAN_ID}:0:1` },
      'uber-trace-id',
      new RegExp(`^${TRACE_ID}:[0-9a-f]{16}:0:1$`),
    ],
    ['jaeger', { 'uber-trace-id': 'a1%3Ab2%3A0%3A1' }, 'uber-trace-id', /^0{30}a1:[0-9a-f]{16}:0:1$/],
  ])('OTEL_PROPAGATORS=%s reads and writes %j', async (names, headers, header, expected) => {
    const seen = await forwarded(headers as Record<string, string>, { OTEL_PROPAGATORS: names })
    expect(seen[header]).toMatch(expected)
    expect(seen.traceparent).toBeUndefined()
  })

  test('the first format that is listed decides the trace, and all formats are written', async () => {
    const other = `1${TRACE_ID.slice(1)}`
    const headers = { traceparent: VALID, b3: `${other}-${SPAN_ID}-1` }
    const w3cFirst = await forwarded(headers, { OTEL_PROPAGATORS: 'tracecontext,b3' })
    expect(w3cFirst.traceparent).toContain(TRACE_ID)
    expect(w3cFirst.b3).toContain(TRACE_ID)
    expect((await forwarded(headers, { OTEL_PROPAGATORS: 'b3,tracecontext' })).traceparent).toContain(other)
  })
})

describe('baggage of public callers', () => {
  const member = (index: number) => `key${index}=${'v'.repeat(90)}`
  const members = (count: number) => Array.from({ length: count }, (_, index) => member(index))

  test.each([
    ['up to 1,024 characters is passed on', members(10), 10],
    ['beyond that is left out, whole members at a time', members(80), 10],
    ['of one member that is too long is left out', [`a=${'v'.repeat(2_000)}`], 0],
  ])('baggage of public callers has limits: %s', async (_, baggage, count) => {
    const seen = await forwarded(
      { baggage: baggage.join(','), traceparent: VALID, 'sec-fetch-site': 'same-origin' },
      {},
      'same-origin',
    )
    expect(seen.traceparent).toContain(TRACE_ID)
    expect(seen.baggage).toBe(count === 0 ? undefined : members(count).join(','))
  })

  test('all baggage is propagated behind the gateway', async () => {
    const seen = await forwarded({ baggage: members(80).join(','), traceparent: VALID }, {}, 'internal')
    expect(seen.baggage).toBe(members(80).join(','))
  })
})

describe('baggage that the app sets on a request', () => {
  /** The baggage that arrives when the handler of a request with `user=anna` sends a request by `call`. */
  const arrived = async (call: (incoming: Request) => Promise<Response>, trust: Trust = 'all') => {
    const app = new Hono().use(tracing(collector.options({ trust })))
    app.all('/', async (c) => c.json(await (await call(c.req.raw)).json()))
    const ctx = createExecutionContext()
    const request = new Request('http://x/', {
      headers: { traceparent: VALID, baggage: 'user=anna,shared=theirs' },
    })
    const { baggage } = (await (await app.fetch(request, {}, ctx)).json()) as Record<string, string>
    await waitOnExecutionContext(ctx)
    return baggage
  }
  const url = `${collector.url}/echo`
  const own = 'app=1;p=2,shared=ours'

  test.each<[string, (incoming: Request) => Promise<Response>]>([
    ['a plain object', () => fetch(url, { headers: { Baggage: own } })],
    ['a list', () => fetch(url, { headers: [['baggage', own]] })],
    ['Headers', () => fetch(url, { headers: new Headers({ baggage: own }) })],
    ['a Request', () => fetch(new Request(url, { headers: { baggage: own } }))],
  ])('baggage set by %s is kept unchanged and takes precedence over incoming baggage', async (_, call) => {
    expect(await arrived(call)).toBe(`${own},user=anna`)
  })

  test('baggage of the app is kept if the incoming baggage is not trusted', async () => {
    expect(await arrived(() => fetch(url, { headers: { baggage: own } }), 'same-origin')).toBe(own)
  })

  test.each<[string, (incoming: Request) => Promise<Response>]>([
    ['the incoming request', (incoming) => fetch(new Request(url, incoming))],
    ['a copy of its headers', (incoming) => fetch(url, { headers: incoming.headers })],
    ['an object of its headers', (incoming) => fetch(url, { headers: Object.fromEntries(incoming.headers) })],
  ])('a fetch with %s does not forward baggage of a public caller', async (_, call) => {
    expect(await arrived(call)).toBe('user=anna,shared=theirs')
    expect(await arrived(call, 'same-origin')).toBeUndefined()
  })
})

describe('session and user of a page, which it sends to its own origin as baggage', () => {
  const headers = {
    traceparent: VALID,
    baggage: 'session.id=s1,user.id=anna%40example.com,user.hash=9f,tier=gold',
  }
  const { origin } = new URL(collector.url)

  /** The span of a request, and the baggage that arrives when its handler calls another server. */
  async function traced(init: RequestInit, trust: Trust, propagateTo?: readonly string[]) {
    const own = new TestCollector()
    const app = new Hono().use(tracing(own.options({ trust, ...(propagateTo && { propagateTo }) })))
    app.get('/', async (c) => fetch(`${collector.url}/echo`, c.req.raw))
    const ctx = createExecutionContext()
    const response = await app.fetch(new Request('http://x/', init), {}, ctx)
    const { baggage } = (await response.json()) as Record<string, string>
    await waitOnExecutionContext(ctx)
    const span = (await own.waitForSpans(2)).find(({ name }) => name === 'GET /')
    const attributes = ['session.id', 'user.id', 'user.hash'].map((key) => span && attribute(span, key))
    return { attributes, baggage }
  }

  test.each<[string, RequestInit, Trust]>([
    ['same-origin', { headers: { ...headers, 'sec-fetch-site': 'same-origin' } }, 'same-origin'],
    ['internal', { headers }, 'internal'],
  ])('are on the span of a trusted request, redacted: %s', async (_, init, trust) => {
    expect((await traced(init, trust)).attributes).toEqual(['s1', 'REDACTED', '9f'])
  })

  test.each<[string, RequestInit]>([
    ['of another site', { headers: { ...headers, 'sec-fetch-site': 'cross-site' } }],
    ['without a browser', { headers }],
  ])('are ignored in a request %s', async (_, init) => {
    expect(await traced(init, 'same-origin')).toEqual({
      attributes: [undefined, undefined, undefined],
      baggage: undefined,
    })
  })

  test('are removed before a request leaves, if not to an origin in `propagateTo`', async () => {
    expect((await traced({ headers }, 'all')).baggage).toBe('tier=gold')
    expect((await traced({ headers }, 'all', [origin])).baggage).toBe(headers.baggage)
  })

  test('are removed before a request leaves, also when OTEL_SDK_DISABLED is set', async () => {
    const seen = await forwarded(headers, { OTEL_SDK_DISABLED: 'true' })
    expect([seen.traceparent, seen.baggage]).toEqual([VALID, 'tier=gold'])
  })

  test('reach a Durable Object', async () => {
    const sessionId = crypto.randomUUID()
    const app = new Hono<{ Bindings: TestEnv }>().use(tracing(collector.options()))
    app.get('/', (c) => c.env.COUNTER.get(c.env.COUNTER.idFromName(sessionId)).fetch('http://object/'))
    const ctx = createExecutionContext()
    const request = new Request('http://x/', {
      headers: { traceparent: VALID, baggage: `session.id=${sessionId}` },
    })
    await (await app.fetch(request, env as unknown as TestEnv, ctx)).arrayBuffer()
    await waitOnExecutionContext(ctx)
    const isOfSession = (span: ReceivedSpan) => attribute(span, 'session.id') === sessionId
    const [span] = await waitForSpans(new TestCollector('shared'), isOfSession, 1)
    expect(span?.resource['service.name']).toBe('counter')
  })
})
