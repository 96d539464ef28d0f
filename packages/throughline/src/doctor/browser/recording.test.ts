import { EventEmitter } from 'node:events'
import type { BrowserContext } from 'playwright'
import { describe, expect, test } from 'vitest'
import { Recording } from './recording.ts'

const ENDPOINT = new URL('https://www.example.com/v1/traces')
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const EXPORT = '{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"click"}]}]}]}'

interface RequestFields {
  readonly method?: string
  readonly url?: string
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly failure?: string
}

/** A request as Playwright reports it. */
function request({
  method = 'GET',
  url = 'https://www.example.com/api',
  type = 'fetch',
  ...fields
}: RequestFields = {}) {
  const { headers = {}, body, failure } = fields
  return {
    method: () => method,
    url: () => url,
    resourceType: () => type,
    headers: () => headers,
    headerValue: () => Promise.resolve(null),
    postDataBuffer: () => (body === undefined ? null : Buffer.from(body)),
    failure: () => (failure === undefined ? null : { errorText: failure }),
  }
}

const exported = (fields: RequestFields = {}) => request({ method: 'POST', url: ENDPOINT.href, ...fields })

/** A browser that reports events, and what is recorded of it. */
function record(step?: string) {
  const context = new EventEmitter()
  const recording = new Recording(context as unknown as BrowserContext, ENDPOINT)
  recording.step = step
  const answer = (status: number, of = exported()) =>
    context.emit('response', {
      request: () => of,
      status: () => status,
      ok: () => status >= 200 && status <= 299,
    })
  return { context, recording, answer }
}

describe('a request', () => {
  test('is recorded with its step, method, address and context', () => {
    const { context, recording } = record('load')
    context.emit('request', request({ method: 'PUT', headers: { traceparent: TRACEPARENT } }))
    expect(recording.requests).toMatchObject([
      { step: 'load', method: 'PUT', context: { spanId: 'b7ad6b7169203331', traceFlags: 1 } },
    ])
    expect(recording.requests[0]?.url.href).toBe('https://www.example.com/api')
  })

  test.each([
    ['without the header', {}],
    ['with a malformed header', { traceparent: '00-x' }],
  ])('has no context %s', (_, headers) => {
    const { context, recording } = record('load')
    context.emit('request', request({ headers: headers as Record<string, string> }))
    expect(recording.requests).toMatchObject([{ context: undefined }])
  })

  test.each([
    ['fetch', 1],
    ['xhr', 1],
    ['document', 0],
    ['script', 0],
    ['image', 0],
    ['prefetch', 0],
  ])('of type %s is recorded %i times', (type, count) => {
    const { context, recording } = record('load')
    context.emit('request', request({ type }))
    expect(recording.requests).toHaveLength(count)
  })

  test('is not recorded outside of the steps', () => {
    const { context, recording } = record()
    context.emit('request', request())
    expect(recording.requests).toEqual([])
  })

  test('to the endpoint is one only if it is no POST', () => {
    const { context, recording } = record('load')
    context.emit('request', exported())
    context.emit('request', exported({ method: 'GET' }))
    expect(recording.requests.map(({ method }) => method)).toEqual(['GET'])
  })
})

describe('an export', () => {
  test.each([
    ['at the endpoint', ENDPOINT.href, 1],
    ['at the endpoint with a query', `${ENDPOINT.href}?key=1`, 1],
    ['at a path below', `${ENDPOINT.href}/a`, 0],
    ['on another origin', 'https://other.example/v1/traces', 0],
  ])('is a POST %s', (_, url, count) => {
    const { recording, answer } = record('load')
    answer(200, exported({ url }))
    expect(recording.exports).toHaveLength(count)
  })

  test.each([
    [200, undefined],
    [204, undefined],
    [299, undefined],
    [301, 'status 301'],
    [403, 'status 403'],
    [503, 'status 503'],
  ])('with the status %i has the failure %j', (status, failure) => {
    const { recording, answer } = record()
    answer(status)
    expect(recording.exports).toEqual([{ failure }])
  })

  test.each([
    ['has the reason of the browser', 'net::ERR_CONNECTION_REFUSED', 'net::ERR_CONNECTION_REFUSED'],
    ['can have no reason', undefined, 'no response'],
  ])('that fails %s', (_, failure, expected) => {
    const { context, recording } = record()
    context.emit('requestfailed', exported(failure === undefined ? {} : { failure }))
    expect(recording.exports).toEqual([{ failure: expected }])
  })

  test.each([
    ['at the endpoint is one', ENDPOINT.href, 1],
    ['at another address is none', 'https://other.example/', 0],
    ['without an address is none', 'inline', 0],
    ['of an empty address is none', '', 0],
  ])('that the policy blocks %s', (_, url, count) => {
    const { recording } = record()
    recording.addViolation(url, 'connect-src')
    expect(recording.exports).toEqual(Array(count).fill({ failure: 'the policy of the page (connect-src)' }))
  })

  test('is read until all have been, also outside of the steps', async () => {
    const { context, recording } = record()
    context.emit('request', exported({ body: EXPORT }))
    context.emit('request', exported({ body: EXPORT }))
    context.emit('request', exported())
    await recording.readExports()
    expect(recording.spans.map(({ name }) => name)).toEqual(['click', 'click'])
  })

  test('that cannot be read has no spans, and the others have theirs', async () => {
    const { context, recording } = record()
    context.emit('request', exported({ body: '{' }))
    context.emit('request', exported({ body: EXPORT }))
    await recording.readExports()
    expect(recording.spans).toHaveLength(1)
  })
})

describe('a script that fails', () => {
  test.each([
    ['is that of the loader', 'https://a.example/throughline.js', 1],
    ['is that of the SDK', 'https://a.example/js/throughline-sdk.js?v=1', 1],
    ['is that of a version with a hash', 'https://a.example/throughline-3f2a.min.js', 1],
    ['is not another one', 'https://a.example/app.js', 0],
    ['is not one of a longer name', 'https://a.example/my-throughline.js', 0],
  ])('%s', (_, url, count) => {
    const { context, recording } = record()
    context.emit('requestfailed', request({ type: 'script', url, failure: 'csp' }))
    expect(recording.blockedScripts).toEqual(Array(count).fill({ url, reason: 'csp' }))
  })

  test('is no image of that name', () => {
    const { context, recording } = record()
    context.emit('requestfailed', request({ type: 'image', url: 'https://a.example/throughline.js' }))
    expect(recording.blockedScripts).toEqual([])
  })
})

describe('an error of the page', () => {
  test.each([
    [
      'in the SDK is recorded',
      { message: 'a', stack: 'Error: a\n at https://a.example/throughline-sdk.js:1:2' },
      ['a'],
    ],
    ['in the app is not', { message: 'a', stack: 'Error: a\n at https://a.example/app.js:1:2' }, []],
    ['without a stack is not', { message: 'a' }, []],
  ])('%s', (_, error, expected) => {
    const { context, recording } = record()
    context.emit('weberror', { error: () => error })
    expect(recording.errors).toEqual(expected)
  })
})
