import { ROOT_CONTEXT, SpanKind, SpanStatusCode } from '@opentelemetry/api'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { redactUrl } from '@throughline/otel-shared'
import { beforeEach, describe, expect, test } from 'vitest'
import { endHttpSpan, recordStatus, startHttpSpan } from './http-span.ts'

const exporter = new InMemorySpanExporter()
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
const parts = { tracer: provider.getTracer('test'), redactUrl: (url: string) => redactUrl(url) }

beforeEach(() => exporter.reset())

const start = (method = 'GET', url = 'https://shop.example/api') =>
  startHttpSpan(parts, { method, url: new URL(url), context: ROOT_CONTEXT })

function exported(): ReadableSpan {
  const [span] = exporter.getFinishedSpans()
  if (!span) throw new Error('no span has ended')
  return span
}

// https://fetch.spec.whatwg.org/#concept-method-normalize and
// https://opentelemetry.io/docs/specs/semconv/registry/attributes/http/#http-request-method
describe('the method', () => {
  test.each([
    ['GET', 'GET', 'GET', undefined],
    ['get', 'GET', 'GET', 'get'],
    ['Post', 'POST', 'POST', 'Post'],
    ['delete', 'DELETE', 'DELETE', 'delete'],
    ['options', 'OPTIONS', 'OPTIONS', 'options'],
    ['PATCH', 'PATCH', 'PATCH', undefined],
    // Browsers send these as they are written, so they are other methods.
    ['patch', 'HTTP', '_OTHER', 'patch'],
    ['Query', 'HTTP', '_OTHER', 'Query'],
    ['QUERY', 'QUERY', 'QUERY', undefined],
    ['PROPFIND', 'HTTP', '_OTHER', 'PROPFIND'],
    ['GETX', 'HTTP', '_OTHER', 'GETX'],
    ['ſet', 'HTTP', '_OTHER', 'ſet'],
  ])('%s gives the name %s and the attributes %s and %s', (method, name, recorded, original) => {
    start(method).end()
    expect(exported()).toMatchObject({ name, kind: SpanKind.CLIENT })
    expect(exported().attributes['http.request.method']).toBe(recorded)
    expect(exported().attributes['http.request.method_original']).toBe(original)
  })
})

// https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span
describe('the server', () => {
  test.each([
    ['https://shop.example/', 'shop.example', 443],
    ['http://shop.example/', 'shop.example', 80],
    ['https://shop.example:443/', 'shop.example', 443],
    ['https://shop.example:8443/', 'shop.example', 8443],
    ['http://SHOP.example:81/', 'shop.example', 81],
    ['http://[::1]:3000/', '::1', 3000],
    ['https://[2001:db8::1]/', '2001:db8::1', 443],
    ['http://127.1/', '127.0.0.1', 80],
    ['https://bücher.example/', 'xn--bcher-kva.example', 443],
  ])('of %s is %s port %i', (url, address, port) => {
    start('GET', url).end()
    expect(exported().attributes).toMatchObject({ 'server.address': address, 'server.port': port })
  })
})

test.each([
  ['https://shop.example/a?q=secret', 'https://shop.example/a?q=REDACTED'],
  ['https://user:password@shop.example/a', 'https://REDACTED:REDACTED@shop.example/a'],
  ['https://shop.example/a/../b', 'https://shop.example/b'],
])('the URL %s is recorded as %s', (url, recorded) => {
  start('GET', url).end()
  expect(exported().attributes['url.full']).toBe(recorded)
})

test('a span starts at the given time and below the given parent', () => {
  const parent = startHttpSpan(parts, {
    method: 'GET',
    url: new URL('https://shop.example/'),
    context: ROOT_CONTEXT,
    startTime: [1_790_000_000, 5000],
  })
  parent.end()
  expect(exported().startTime).toEqual([1_790_000_000, 5000])
})

// https://opentelemetry.io/docs/specs/semconv/http/http-spans/#status
describe('the status of the response', () => {
  test.each([
    [101, SpanStatusCode.UNSET, undefined],
    [200, SpanStatusCode.UNSET, undefined],
    [204, SpanStatusCode.UNSET, undefined],
    [304, SpanStatusCode.UNSET, undefined],
    [399, SpanStatusCode.UNSET, undefined],
    [400, SpanStatusCode.ERROR, '400'],
    [404, SpanStatusCode.ERROR, '404'],
    [499, SpanStatusCode.ERROR, '499'],
    [500, SpanStatusCode.ERROR, '500'],
    [599, SpanStatusCode.ERROR, '599'],
  ])('%i gives the span status %i and the error type %s', (status, code, errorType) => {
    const span = start()
    recordStatus(span, status)
    endHttpSpan(span, [1_790_000_001, 0], undefined)
    expect(exported().status).toEqual({ code })
    expect(exported().attributes['http.response.status_code']).toBe(status)
    expect(exported().attributes['error.type']).toBe(errorType)
  })

  test('of an opaque response is unknown', () => {
    const span = start()
    recordStatus(span, 0)
    span.end()
    expect(exported().attributes).not.toHaveProperty('http.response.status_code')
    expect(exported().status).toEqual({ code: SpanStatusCode.UNSET })
  })
})

describe('an error', () => {
  const cancelled = new Error('the user left the page')
  const timedOut = new DOMException('signal timed out', 'TimeoutError')
  const failed = (type: string, message: string) => ({
    type,
    status: { code: SpanStatusCode.ERROR, message },
  })
  const fine = { type: undefined, status: { code: SpanStatusCode.UNSET } }

  test.each<[string, unknown, unknown, unknown]>([
    [
      'of the network fails the span',
      new TypeError('Failed to fetch'),
      undefined,
      failed('TypeError', 'Failed to fetch'),
    ],
    [
      'of a subclass has its own name',
      Object.assign(new Error('x'), { name: 'OfflineError' }),
      undefined,
      failed('OfflineError', 'x'),
    ],
    ['that is a string has its type', 'offline', undefined, failed('string', '')],
    ['that is null has a type', null, undefined, failed('object', '')],
    ['by abort() is no failure', new DOMException('', 'AbortError'), undefined, fine],
    ['with the reason of the signal is no failure', cancelled, cancelled, fine],
    ['with another reason is a failure', cancelled, new Error('other'), failed('Error', cancelled.message)],
    ['by AbortSignal.timeout() is a failure', timedOut, timedOut, failed('TimeoutError', timedOut.message)],
    ['with a primitive reason of the signal is no failure', 'cancelled', 'cancelled', fine],
  ])('%s', (_, error, reason, expected) => {
    endHttpSpan(start(), [1_790_000_001, 0], error, reason)
    const { status, attributes } = exported()
    expect({ type: attributes['error.type'], status }).toEqual(expected)
  })

  test('of AbortController and AbortSignal is what these pass to the page', async () => {
    const outcome = (signal: AbortSignal) =>
      fetch('http://127.0.0.1:1/', { signal }).catch((error: unknown) =>
        endHttpSpan(start(), [1_790_000_001, 0], error, signal.reason),
      )
    await outcome(AbortSignal.abort())
    expect(exported().status.code).toBe(SpanStatusCode.UNSET)
    exporter.reset()
    await outcome(AbortSignal.abort(cancelled))
    expect(exported().status.code).toBe(SpanStatusCode.UNSET)
    exporter.reset()
    await outcome(AbortSignal.abort(timedOut))
    expect(exported().attributes['error.type']).toBe('TimeoutError')
  })
})
