import { encodeTraceResponse } from '@throughline/otel-shared'
import { beforeEach, describe, expect, test, vi } from 'vitest'

/** The network: `answer` responds to a request. It is in place before the module keeps the global `fetch`. */
const network = vi.hoisted(() => {
  type Answer = (url: string, init: RequestInit) => Promise<Response> | Response
  const network = { answer: (() => new Response('{}')) as Answer }
  globalThis.fetch = (async (url: string, init: RequestInit) => network.answer(url, init)) as typeof fetch
  return network
})

import { createEndpoint, type EndpointOptions, type OtlpEndpoint } from './otlp-endpoint.ts'
import { postOtlp } from './post-otlp.ts'
import { PROTOBUF_CODEC } from './protobuf-codec.ts'

const URL_OF_TRACES = 'https://collector.example/v1/traces'
const BATCH = '{"resourceSpans":[]}'

const warnings = vi.spyOn(console, 'warn').mockImplementation(() => {})

/** The requests of a test, in their order. */
let requests: { url: string; headers: Record<string, string>; init: RequestInit }[] = []

/** Responds with each of the responses in turn, and with 200 afterwards. */
function respond(...responses: readonly (Response | Error)[]): void {
  const left = [...responses]
  network.answer = (url, init) => {
    requests.push({ url, headers: Object.fromEntries(new Headers(init.headers)), init })
    const next = left.shift() ?? new Response('{}')
    if (next instanceof Error) throw next
    return next
  }
}

beforeEach(() => {
  requests = []
  warnings.mockClear()
})

/** Each test has its own address, because a warning is reported once per text. */
function endpointOf(options: Partial<EndpointOptions> = {}, config: object = {}): OtlpEndpoint {
  const endpoint = createEndpoint(
    { headers: {}, ...config },
    { url: URL_OF_TRACES, urlOption: `option ${crypto.randomUUID()}`, ...options },
  )
  if (!endpoint) throw new Error('the address of the test is invalid')
  return endpoint
}

const encode = () => new TextEncoder().encode(BATCH)
const post = (endpoint = endpointOf()) => postOtlp(endpoint, encode)
const redirect = (status: number, location: string) => new Response(null, { status, headers: { location } })
const urls = () => requests.map(({ url }) => url)
const warned = () => warnings.mock.calls.map(([text]) => String(text).replace(/option [-\w]+=/, 'OPTION='))

async function bodyOf({ init }: { init: RequestInit }): Promise<string> {
  const { body } = new Response(init.body as Uint8Array<ArrayBuffer>)
  const { headers } = new Request('http://x', { headers: init.headers ?? {} })
  const isGzip = headers.get('content-encoding') === 'gzip'
  const stream = isGzip ? body?.pipeThrough(new DecompressionStream('gzip')) : body
  return new Response(stream ?? null).text()
}

describe('the request', () => {
  test('is a POST with the batch, compressed with gzip, that follows no redirect by itself', async () => {
    respond()
    expect(await post()).toEqual({ outcome: 'sent', rejectedCount: 0 })
    const [request] = requests
    expect(request).toMatchObject({
      url: URL_OF_TRACES,
      init: { method: 'POST', redirect: 'manual' },
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    })
    expect(request && (await bodyOf(request))).toBe(BATCH)
  })

  test('without compression the batch is copied, because its memory is used again', async () => {
    respond()
    const memory = encode()
    const sent = postOtlp(endpointOf({}, { compression: 'none' }), () => memory)
    memory.fill(0)
    await sent
    expect(requests[0] && (await bodyOf(requests[0]))).toBe(BATCH)
    expect(requests[0]?.headers).not.toHaveProperty('content-encoding')
  })

  test('the batch is encoded before the first await', () => {
    respond()
    let isEncoded = false
    void postOtlp(endpointOf(), () => {
      isEncoded = true
      return encode()
    })
    expect(isEncoded).toBe(true)
  })

  test('a batch that cannot be encoded is refused, and nothing is sent', async () => {
    respond()
    const outcome = await postOtlp(endpointOf(), () => {
      throw new RangeError('a kind is out of range')
    })
    expect(outcome).toEqual({ outcome: 'refused', status: 400 })
    expect(requests).toEqual([])
  })

  test('a time-out ends the request, which is retried', async () => {
    network.answer = (_, { signal }) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason))
      })
    expect(await post(endpointOf({}, { timeoutMillis: 1 }))).toEqual({ outcome: 'retry' })
    expect(warned()).toEqual([
      expect.stringContaining(`OPTION=${URL_OF_TRACES} cannot be reached: TimeoutError`),
    ])
  })

  test.each([
    [
      new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') }),
      'TypeError: fetch failed, Error: ECONNREFUSED',
    ],
    [new Error('Network connection lost.'), 'Error: Network connection lost., '],
  ])('a connection that fails with %s is retried', async (error, text) => {
    respond(error)
    expect(await post()).toEqual({ outcome: 'retry' })
    expect(warned()).toEqual([`throughline: OPTION=${URL_OF_TRACES} cannot be reached: ${text}`])
  })

  test('a response whose body is cut is retried, because it may have had a partial success', async () => {
    const body = new ReadableStream({ start: (controller) => controller.error(new Error('cut')) })
    respond(new Response(body))
    expect(await post()).toEqual({ outcome: 'retry' })
  })
})

// https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
describe('the response', () => {
  test.each([429, 502, 503, 504])('%d is retried after its Retry-After', async (status) => {
    respond(new Response('busy', { status, headers: { 'retry-after': '7' } }))
    expect(await post()).toEqual({ outcome: 'retry', status, retryAfterMillis: 7_000 })
    expect(warned()).toEqual([])
  })

  test('a Retry-After of more than a minute is cut to a minute', async () => {
    respond(new Response(null, { status: 503, headers: { 'retry-after': '3600' } }))
    expect(await post()).toMatchObject({ outcome: 'retry', retryAfterMillis: 60_000 })
  })

  test.each([400, 401, 403, 404, 405, 408, 413, 415, 422, 500, 501, 505])(
    '%d must not be retried, and is warned of',
    async (status) => {
      respond(new Response('no', { status }))
      expect(await post()).toMatchObject({ outcome: 'refused', status })
      expect(requests).toHaveLength(1)
      expect(warned()).toEqual([
        `throughline: OPTION=${URL_OF_TRACES} answered ${status}: check address, headers and protocol`,
      ])
    },
  )

  test.each<[string, BodyInit, string, number]>([
    ['JSON', '{"partialSuccess":{"rejectedSpans":"3"}}', 'application/json', 3],
    ['JSON with a number', '{"partialSuccess":{"rejectedSpans":3}}', 'application/json; charset=utf-8', 3],
    [
      'protobuf',
      encodeTraceResponse({ rejectedSpans: 3, errorMessage: 'old' }, 'protobuf'),
      'application/x-protobuf',
      3,
    ],
    [
      'a warning without rejections',
      '{"partialSuccess":{"errorMessage":"slow down"}}',
      'application/json',
      0,
    ],
    ['a body of another type', '<html>3</html>', 'text/html', 0],
    ['a malformed body', '{"partialSuccess":', 'application/json', 0],
    ['an empty body', '', 'application/x-protobuf', 0],
  ])(
    'a partial success in %s is never retried, and its rejections are counted',
    async (_, body, type, count) => {
      respond(new Response(body, { headers: { 'content-type': type } }))
      expect(await post(endpointOf({ protobuf: PROTOBUF_CODEC }))).toEqual({
        outcome: 'sent',
        rejectedCount: count,
      })
      expect(warned()).toEqual(
        count > 0 ? [`throughline: OPTION=${URL_OF_TRACES} rejected a part of a batch: see its log`] : [],
      )
    },
  )
})

// https://www.rfc-editor.org/rfc/rfc9110#section-15.4
describe('a redirect', () => {
  test.each([307, 308])('with %d repeats the request with its method, headers and body', async (status) => {
    respond(redirect(status, '/moved'))
    expect(await post(endpointOf({ headers: { 'x-key': 'secret' } }))).toMatchObject({ outcome: 'sent' })
    const [first, second] = requests
    expect(second).toMatchObject({ url: 'https://collector.example/moved', init: { method: 'POST' } })
    expect(second?.headers).toEqual(first?.headers)
    expect(second && (await bodyOf(second))).toBe(BATCH)
  })

  test.each([300, 301, 302, 303, 304])('with %d is not followed', async (status) => {
    respond(redirect(status, '/moved'))
    expect(await post()).toMatchObject({ outcome: 'refused', status })
    expect(urls()).toEqual([URL_OF_TRACES])
    expect(warned()).toEqual([
      `throughline: OPTION=${URL_OF_TRACES} answered ${status}: check address, headers and protocol; redirected to /moved`,
    ])
  })

  test.each([
    ['/moved', 'https://collector.example/moved'],
    ['other', 'https://collector.example/v1/other'],
    ['?tenant=1', `${URL_OF_TRACES}?tenant=1`],
    ['//eu.example/v1/traces', 'https://eu.example/v1/traces'],
    ['https://eu.example', 'https://eu.example/'],
  ])('to %s is resolved against the address that answered', async (location, target) => {
    respond(redirect(307, location))
    await post()
    expect(urls()).toEqual([URL_OF_TRACES, target])
  })

  test('of a redirect is resolved against the first redirect', async () => {
    respond(redirect(307, 'https://eu.example/a/b'), redirect(308, 'c'))
    await post()
    expect(urls()).toEqual([URL_OF_TRACES, 'https://eu.example/a/b', 'https://eu.example/a/c'])
  })

  test.each([
    'http://collector.example/v1/traces',
    'ftp://collector.example/',
    'data:,x',
    'https://',
    'https://anna:secret@eu.example/',
    '',
  ])('to %j is not followed', async (location) => {
    respond(redirect(307, location))
    expect(await post()).toMatchObject({ outcome: 'refused', status: 307 })
    expect(urls()).toEqual([URL_OF_TRACES])
    expect(warned().join()).not.toContain('secret')
  })

  test.each([307, 308])('with %d without Location is not followed', async (status) => {
    respond(new Response(null, { status }))
    expect(await post()).toMatchObject({ outcome: 'refused', status })
    expect(requests).toHaveLength(1)
  })

  test('from http to https and to http is followed', async () => {
    respond(redirect(307, 'http://b.example/'), redirect(307, 'https://b.example/'))
    await post(endpointOf({ url: 'http://a.example/' }))
    expect(urls()).toEqual(['http://a.example/', 'http://b.example/', 'https://b.example/'])
  })

  test('from http over https back to http is not followed', async () => {
    respond(redirect(307, 'https://a.example/'), redirect(307, 'http://a.example/'))
    expect(await post(endpointOf({ url: 'http://a.example/' }))).toMatchObject({ outcome: 'refused' })
    expect(urls()).toEqual(['http://a.example/', 'https://a.example/'])
  })

  test('to another origin has the headers of the body only, also when it leads back', async () => {
    respond(redirect(307, 'https://eu.example/v1/traces'), redirect(307, URL_OF_TRACES))
    await post(endpointOf({ headers: { authorization: 'Bearer secret', 'x-key': 'secret' } }))
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer secret',
      undefined,
      undefined,
    ])
    expect(requests[2]).toMatchObject({ url: URL_OF_TRACES })
    expect(requests.slice(1).map(({ headers }) => headers)).toEqual(
      Array(2).fill({ 'content-type': 'application/json', 'content-encoding': 'gzip' }),
    )
  })

  test.each(['https://collector.example:8443/', 'https://eu.collector.example/'])(
    'to %s, another port or subdomain, is one to another origin',
    async (location) => {
      respond(redirect(308, location))
      await post(endpointOf({ headers: { 'x-key': 'secret' } }))
      expect(requests[1]?.headers).not.toHaveProperty('x-key')
    },
  )

  test('is followed five times, and then refused', async () => {
    respond(...Array.from({ length: 9 }, (_, index) => redirect(307, `/${index}`)))
    expect(await post()).toMatchObject({ outcome: 'refused', status: 307 })
    expect(requests).toHaveLength(6)
  })

  test('and all requests after it have one time-out', async () => {
    respond(redirect(307, '/moved'))
    await post()
    expect(requests[0]?.init.signal).toBeInstanceOf(AbortSignal)
    expect(requests[1]?.init.signal).toBe(requests[0]?.init.signal)
  })

  test('to a busy collector is retried after its Retry-After', async () => {
    respond(redirect(307, '/moved'), new Response(null, { status: 503, headers: { 'retry-after': '2' } }))
    expect(await post()).toEqual({ outcome: 'retry', status: 503, retryAfterMillis: 2_000 })
  })
})
