import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { encodeTraceRequestProtobuf } from '@throughline/otel-shared'
import { describe, expect, test } from 'vitest'
import { readFailure, readPartialSuccess } from '../../test/answers.ts'
import { countStoredSpans, getJson, startTestCollector } from '../../test/collector.ts'
import { attribute, makeRequest, makeSpan, post, postJson, postProtobuf, send } from '../../test/otlp.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const PROTOBUF_TYPE = { 'content-type': 'application/x-protobuf' }
const GZIP = { 'content-encoding': 'gzip' }
const LIMIT_BYTES = 4 * 1024 * 1024
const TOO_LARGE = `the body is larger than ${LIMIT_BYTES} bytes`

describe('valid OTLP', () => {
  const span = makeSpan({ name: 'POST /orders ✓', attributes: [attribute('http.route', '/orders')] })
  const request = makeRequest('shop', [span])
  const json = JSON.stringify(request)
  const protobuf = encodeTraceRequestProtobuf(request)

  test.each([
    ['as JSON', json, JSON_TYPE],
    ['as JSON with a charset', json, { 'content-type': 'Application/JSON; charset=utf-8' }],
    ['as JSON with a byte order mark', `\ufeff${json}`, JSON_TYPE],
    ['as protobuf', protobuf, PROTOBUF_TYPE],
    ['as gzipped JSON', new Uint8Array(gzipSync(json)), { ...JSON_TYPE, ...GZIP }],
    ['as gzipped protobuf', new Uint8Array(gzipSync(protobuf)), { ...PROTOBUF_TYPE, ...GZIP }],
    ['in chunks', streamOf(json.slice(0, 50), json.slice(50)), JSON_TYPE],
  ])('OTLP is accepted: %s', async (_, body, headers) => {
    const collector = await startTestCollector()
    const response = await post(collector.otlpUrl, body, headers)
    expect(response.status).toBe(200)
    const isJson = headers['content-type'] !== PROTOBUF_TYPE['content-type']
    expect(response.headers.get('content-type')).toBe(isJson ? 'application/json' : 'application/x-protobuf')
    // With all spans accepted, the response is an empty message: `{}`, or zero bytes.
    expect(await response.text()).toBe(isJson ? '{}' : '')
    expect((await getJson(collector, `/api/v3/traces/${span.traceId}`)).body).toEqual({ result: request })
  })

  test('a span is stored before its request is answered', async () => {
    const collector = await startTestCollector()
    for (let round = 0; round < 20; round++) {
      const span = makeSpan()
      await send(collector.otlpUrl, 'shop', span)
      expect((await getJson(collector, `/api/v3/traces/${span.traceId}`)).status).toBe(200)
    }
  })

  test('a request without spans is accepted', async () => {
    const collector = await startTestCollector()
    for (const response of [
      await postJson(collector.otlpUrl, {}),
      await postJson(collector.otlpUrl, { resourceSpans: null }),
      await postProtobuf(collector.otlpUrl, new Uint8Array()),
    ]) {
      expect(response.status).toBe(200)
      expect(await readPartialSuccess(response)).toBeUndefined()
    }
  })

  test('a span that is sent again is stored once, in its first version', async () => {
    const collector = await startTestCollector()
    const span = makeSpan({ name: 'first' })
    await send(collector.otlpUrl, 'shop', span, span)
    await send(collector.otlpUrl, 'shop', { ...span, name: 'second' })
    await postProtobuf(collector.otlpUrl, makeRequest('shop', [span]))
    const { body } = await getJson(collector, `/api/v3/traces/${span.traceId}`)
    expect(body).toEqual({ result: makeRequest('shop', [span]) })
  })

  test('a trace can arrive in many requests', async () => {
    const collector = await startTestCollector()
    const root = makeSpan()
    const children = [1, 2, 3].map(() => makeSpan({ traceId: root.traceId, parentSpanId: root.spanId }))
    await Promise.all([root, ...children].map((span) => send(collector.otlpUrl, 'shop', span)))
    expect(await countStoredSpans(collector)).toBe(4)
  })
})

test('every kind of attribute is returned as it was sent, in either encoding', async () => {
  const collector = await startTestCollector()
  const attributes = [
    attribute('text', 'Zoë 👩‍💻 \u0000 "quoted" \\ <b>&amp;</b>'),
    attribute('empty text', ''),
    attribute('largest', { intValue: '9223372036854775807' }),
    attribute('least', { intValue: '-9223372036854775808' }),
    attribute('past 2^53', { intValue: '9007199254740993' }),
    attribute('half', 0.5),
    attribute('tiny', { doubleValue: 5e-324 }),
    attribute('no number', { doubleValue: 'NaN' }),
    attribute('endless', { doubleValue: 'Infinity' }),
    attribute('endless down', { doubleValue: '-Infinity' }),
    attribute('no', false),
    attribute('bytes', { bytesValue: 'AP/+' }),
    attribute('list', { arrayValue: { values: [{ intValue: '1' }, {}, { stringValue: '' }] } }),
    attribute('map', { kvlistValue: { values: [attribute('__proto__', 'x'), attribute('n', 1)] } }),
    attribute('nothing', {}),
    attribute('ключ 🔑', 'key'),
  ]
  const [asJson, asProtobuf] = [makeSpan({ attributes }), makeSpan({ attributes })]
  expect((await postJson(collector.otlpUrl, makeRequest('shop', [asJson]))).status).toBe(200)
  expect((await postProtobuf(collector.otlpUrl, makeRequest('shop', [asProtobuf]))).status).toBe(200)
  for (const span of [asJson, asProtobuf]) {
    const { body } = await getJson(collector, `/api/v3/traces/${span.traceId}`)
    expect(body).toEqual({ result: makeRequest('shop', [span]) })
  }
})

describe('broken OTLP', () => {
  const whole = makeRequest('shop', [makeSpan()])
  const text = JSON.stringify(whole)
  const bytes = encodeTraceRequestProtobuf(whole)

  test.each([
    ['no JSON', 'spans, please'],
    ['JSON cut short', text.slice(0, -20)],
    ['an empty body', ''],
    ['JSON of another shape', '[1,2,3]'],
    ['null', 'null'],
    ['resourceSpans that are no list', '{"resourceSpans":{"0":{}}}'],
    ['a resource that is no object', '{"resourceSpans":[{"resource":"shop"}]}'],
    ['spans that are no list', '{"resourceSpans":[{"scopeSpans":[{"spans":5}]}]}'],
    ['an attribute of the resource that is no object', '{"resourceSpans":[{"resource":{"attributes":[7]}}]}'],
    ['protobuf that says it is JSON', bytes],
    ['JSON nested 100,000 deep', '{"resourceSpans":'.repeat(100_000)],
    ['text that is not UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
  ])('broken JSON is refused: %s', async (_, body) => {
    const collector = await startTestCollector()
    const failure = await readFailure(await post(collector.otlpUrl, body, JSON_TYPE))
    expect(failure).toEqual({
      httpStatus: 400,
      contentType: 'application/json',
      code: 3,
      message: expect.stringMatching(/\w+ \w+/),
    })
    expect(await countStoredSpans(collector)).toBe(0)
  })

  test.each([
    ['JSON that says it is protobuf', new TextEncoder().encode(text)],
    ['protobuf cut short', bytes.slice(0, -1)],
    ['protobuf cut in half', bytes.slice(0, bytes.length / 2)],
    ['protobuf with a length past its end', new Uint8Array([0x0a, 0xff, 0xff, 0xff, 0x7f, 0x00])],
    ['protobuf with an endless varint', new Uint8Array(20).fill(0xff)],
    ['protobuf of the wrong wire type', new Uint8Array([0x08, 0x01])],
    ['text that is not UTF-8 in a name', replaced(bytes, 'GET', [0xff, 0xfe, 0xff])],
  ])('broken protobuf is refused: %s', async (_, body) => {
    const collector = await startTestCollector()
    const failure = await readFailure(await post(collector.otlpUrl, body, PROTOBUF_TYPE))
    expect(failure).toEqual({
      httpStatus: 400,
      contentType: 'application/x-protobuf',
      code: 3,
      message: expect.stringMatching(/^the body is not OTLP protobuf: \w+/),
    })
    expect(await countStoredSpans(collector)).toBe(0)
  })

  test.each([
    ['no gzip at all', Buffer.from(text)],
    ['gzip cut short', gzipSync(text).subarray(0, -10)],
    ['gzip with a wrong checksum', withLastByteChanged(gzipSync(text))],
    ['nothing', Buffer.alloc(0)],
  ])('broken gzip is refused: %s', async (_, body) => {
    const collector = await startTestCollector()
    const response = await post(collector.otlpUrl, new Uint8Array(body), { ...JSON_TYPE, ...GZIP })
    expect(await readFailure(response)).toMatchObject({
      httpStatus: 400,
      code: 3,
      message: 'the body is not valid gzip: check the content-encoding',
    })
    expect(await countStoredSpans(collector)).toBe(0)
  })

  test('the collector works after any broken request', async () => {
    const collector = await startTestCollector()
    await send(collector.otlpUrl, 'shop', makeSpan())
    for (let length = 0; length < bytes.length; length += 7) {
      await postProtobuf(collector.otlpUrl, bytes.slice(0, length))
      await postJson(collector.otlpUrl, text.slice(0, length))
    }
    expect(await countStoredSpans(collector)).toBe(1)
    await send(collector.otlpUrl, 'shop', makeSpan())
    expect(await countStoredSpans(collector)).toBe(2)
  })
})

describe('a span that breaks the data model', () => {
  const good = makeSpan()
  const broken: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
    ['no trace id', { traceId: '' }, /traceId "" is not 16 bytes with at least one non-zero byte/],
    ['a trace id of zeros', { traceId: '0'.repeat(32) }, /traceId/],
    ['a short span id', { spanId: 'abcd' }, /spanId "abcd" is not 8 bytes with at least one non-zero byte/],
    ['a parent id too long', { parentSpanId: 'ab'.repeat(16) }, /parentSpanId/],
    ['no start', { startTimeUnixNano: '0' }, /startTimeUnixNano "0" is not a Unix time in nanoseconds/],
    ['an end before its start', { endTimeUnixNano: '1' }, /ends before it starts/],
    ['an unknown kind', { kind: 9 }, /kind 9 is unknown/],
  ]
  const wronglyTyped: typeof broken = [
    ['a number for a name', { name: 5 }, /name is not a string/],
    ['a text for a time', { startTimeUnixNano: 'noon' }, /startTimeUnixNano is not an integer/],
    ['a text for a kind', { kind: 'SERVER' }, /kind is not an unsigned integer/],
    ['an object for attributes', { attributes: {} }, /attributes is not an array/],
    ['an integer past 64 bits', intAttribute('9223372036854775808'), /intValue does not fit into 64 bits/],
    ['an integer that is none', intAttribute('4.5'), /intValue is not an integer/],
    ['bytes that are not base64', { attributes: [{ key: 'b', value: { bytesValue: '*' } }] }, /base64/],
    ['an attribute nested too deep', { attributes: [{ key: 'deep', value: nested(25) }] }, /nested deeper/],
    ['nothing but null', { traceId: null, spanId: null }, /traceId/],
  ]

  test.each([...broken, ...wronglyTyped])(
    'an invalid span in JSON is rejected and the others are stored: %s',
    async (_, fields, message) => {
      const collector = await startTestCollector()
      const request = { ...makeRequest('shop', [good, { ...makeSpan(), ...fields }, makeSpan()]) }
      const response = await postJson(collector.otlpUrl, request)
      expect(response.status).toBe(200)
      expect(await readPartialSuccess(response)).toEqual({
        rejectedSpans: 1,
        errorMessage: expect.stringMatching(message),
      })
      expect(await countStoredSpans(collector)).toBe(2)
    },
  )

  test.each(broken)(
    'an invalid span in protobuf is rejected and the others are stored: %s',
    async (_, fields, message) => {
      const collector = await startTestCollector()
      const request = makeRequest('shop', [good, { ...makeSpan(), ...fields }, makeSpan()])
      const response = await postProtobuf(collector.otlpUrl, request)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('application/x-protobuf')
      expect(await readPartialSuccess(response)).toEqual({
        rejectedSpans: 1,
        errorMessage: expect.stringMatching(message),
      })
      expect(await countStoredSpans(collector)).toBe(2)
    },
  )

  test('a request without any valid span is refused', async () => {
    const collector = await startTestCollector()
    const request = makeRequest('shop', [makeSpan({ spanId: '' }), makeSpan({ traceId: '' })])
    for (const response of [
      await postJson(collector.otlpUrl, request),
      await postProtobuf(collector.otlpUrl, request),
    ]) {
      expect(await readFailure(response)).toMatchObject({
        httpStatus: 400,
        code: 3,
        message: 'no span is valid: spanId "" is not 8 bytes with at least one non-zero byte',
      })
    }
    expect(await countStoredSpans(collector)).toBe(0)
  })
})

describe('a body over 4 MiB', () => {
  const padding = 'x'.repeat(LIMIT_BYTES)
  const huge = JSON.stringify(makeRequest('shop', [makeSpan({ attributes: [attribute('pad', padding)] })]))

  test('a body over 4 MiB is refused with 413, by its content-length or its bytes', async () => {
    const collector = await startTestCollector()
    for (const body of [huge, streamOf(huge.slice(0, 1000), huge.slice(1000), huge)]) {
      const failure = await readFailure(await post(collector.otlpUrl, body, JSON_TYPE))
      expect(failure).toEqual({
        httpStatus: 413,
        contentType: 'application/json',
        code: 8,
        message: TOO_LARGE,
      })
    }
    expect(await countStoredSpans(collector)).toBe(0)
  })

  test('a protobuf body over 4 MiB is refused with 413', async () => {
    const collector = await startTestCollector()
    const response = await post(collector.otlpUrl, new Uint8Array(LIMIT_BYTES + 1), PROTOBUF_TYPE)
    expect(await readFailure(response)).toEqual({
      httpStatus: 413,
      contentType: 'application/x-protobuf',
      code: 8,
      message: TOO_LARGE,
    })
  })

  test('a body that is over 4 MiB after decompression is refused with 413', async () => {
    const collector = await startTestCollector()
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(200 * 1024 * 1024)))
    expect(bomb.length).toBeLessThan(LIMIT_BYTES / 10)
    for (const body of [bomb, new Uint8Array(gzipSync(huge))]) {
      const response = await post(collector.otlpUrl, body, { ...JSON_TYPE, ...GZIP })
      expect(await readFailure(response)).toMatchObject({ httpStatus: 413, code: 8, message: TOO_LARGE })
    }
    expect(await countStoredSpans(collector)).toBe(0)
  })

  test('a body of exactly 4 MiB is accepted', async () => {
    const collector = await startTestCollector()
    const empty = JSON.stringify(makeRequest('shop', [makeSpan({ attributes: [attribute('pad', '')] })]))
    const pad = 'x'.repeat(LIMIT_BYTES - empty.length)
    const body = empty.replace('"stringValue":""', `"stringValue":"${pad}"`)
    expect(body).toHaveLength(LIMIT_BYTES)
    expect((await postJson(collector.otlpUrl, body)).status).toBe(200)
    expect(await countStoredSpans(collector)).toBe(1)
  })

  test('a body whose sender disconnects is not stored', async () => {
    const collector = await startTestCollector()
    const { port } = new URL(collector.otlpUrl)
    const socket = connect(Number(port), '127.0.0.1')
    socket.write('POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n')
    await new Promise((sent) => socket.write('content-length: 1000\r\n\r\n{"resourceSpans":[', sent))
    socket.destroy()
    await send(collector.otlpUrl, 'shop', makeSpan())
    expect(await countStoredSpans(collector)).toBe(1)
  })
})

describe('other requests than a POST of OTLP to /v1/traces', () => {
  test.each([
    {
      method: 'GET',
      path: '/v1/traces',
      httpStatus: 405,
      code: 12,
      message: 'GET is not allowed: send POST',
    },
    {
      method: 'DELETE',
      path: '/v1/traces',
      httpStatus: 405,
      code: 12,
      message: 'DELETE is not allowed: send POST',
    },
    {
      method: 'POST',
      path: '/v1/metrics',
      httpStatus: 404,
      code: 12,
      message: /takes traces only, at \/v1\/traces/,
    },
    {
      method: 'POST',
      path: '/v1/logs',
      httpStatus: 404,
      code: 12,
      message: /takes traces only, at \/v1\/traces/,
    },
    { method: 'POST', path: '/', httpStatus: 404, code: 5, message: /OTLP traces go to \/v1\/traces/ },
    {
      method: 'POST',
      path: '/v1/traces/',
      httpStatus: 404,
      code: 5,
      message: /OTLP traces go to \/v1\/traces/,
    },
  ])(
    '$method $path is answered with $httpStatus and the reason',
    async ({ method, path, httpStatus, code, message }) => {
      const collector = await startTestCollector()
      const url = new URL(path, collector.otlpUrl)
      const response = await fetch(url, {
        method,
        headers: JSON_TYPE,
        ...(method === 'POST' && { body: '{}' }),
      })
      expect(await readFailure(response)).toMatchObject({
        httpStatus,
        code,
        message: expect.stringMatching(message),
      })
      expect(response.headers.get('allow')).toBe(httpStatus === 405 ? 'POST, OPTIONS' : null)
    },
  )

  test.each([['text/plain'], ['application/xml'], ['application/jsonp']])(
    'a body of %s is refused with 415',
    async (contentType) => {
      const collector = await startTestCollector()
      const response = await post(collector.otlpUrl, '{}', { 'content-type': contentType })
      expect(await readFailure(response)).toEqual({
        httpStatus: 415,
        contentType: 'application/json',
        code: 3,
        message: 'the content type must be application/json or application/x-protobuf',
      })
    },
  )

  test('a content encoding other than gzip is refused with 415, in the encoding of the request', async () => {
    const collector = await startTestCollector()
    const headers = { ...PROTOBUF_TYPE, 'content-encoding': 'br' }
    const response = await post(collector.otlpUrl, new Uint8Array([1]), headers)
    expect(response.headers.get('accept-encoding')).toBe('gzip')
    expect(await readFailure(response)).toEqual({
      httpStatus: 415,
      contentType: 'application/x-protobuf',
      code: 3,
      message: 'the content encoding must be gzip or none',
    })
  })

  test('the health check is answered', async () => {
    const collector = await startTestCollector()
    for (const path of ['/', '/healthz']) {
      expect(await (await fetch(new URL(path, collector.otlpUrl))).json()).toEqual({ status: 'ok' })
    }
  })
})

describe('a page of another origin', () => {
  const ORIGIN = 'https://shop.example'

  test('a page of another origin can send the headers of its preflight, without credentials', async () => {
    const collector = await startTestCollector()
    const response = await fetch(collector.otlpUrl, {
      method: 'OPTIONS',
      headers: {
        origin: ORIGIN,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,x-tenant',
      },
    })
    expect(response.status).toBe(204)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'POST, OPTIONS',
      'access-control-allow-headers': 'content-type,x-tenant',
      'access-control-max-age': '7200',
      vary: 'Access-Control-Request-Headers',
    })
    expect(response.headers.has('access-control-allow-credentials')).toBe(false)
  })

  test('a page of another origin can read responses and errors', async () => {
    const collector = await startTestCollector()
    for (const [body, status] of [
      [JSON.stringify(makeRequest('shop', [makeSpan()])), 200],
      ['nonsense', 400],
    ] as const) {
      const response = await post(collector.otlpUrl, body, { ...JSON_TYPE, origin: ORIGIN })
      expect(response.status).toBe(status)
      expect(response.headers.get('access-control-allow-origin')).toBe('*')
      expect(response.headers.get('access-control-expose-headers')).toBe('Retry-After')
    }
  })

  test('a request without an origin has no CORS headers', async () => {
    const collector = await startTestCollector()
    const response = await postJson(collector.otlpUrl, {})
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  })
})

function streamOf(...texts: readonly string[]): ReadableStream {
  return new Blob([...texts]).stream()
}

function intAttribute(intValue: string) {
  return { attributes: [{ key: 'n', value: { intValue } }] }
}

function nested(depth: number): object {
  return depth === 0 ? { intValue: '1' } : { arrayValue: { values: [nested(depth - 1)] } }
}

function withLastByteChanged(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes)
  // The last four bytes are the length, the four before them the checksum.
  changed.writeUInt8(changed.readUInt8(bytes.length - 5) ^ 0xff, bytes.length - 5)
  return changed
}

function replaced(bytes: Uint8Array, text: string, by: readonly number[]): Uint8Array<ArrayBuffer> {
  const changed = Buffer.from(bytes)
  changed.set(by, changed.indexOf(text))
  return new Uint8Array(changed)
}
