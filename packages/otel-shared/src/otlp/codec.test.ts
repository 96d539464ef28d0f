import { describe, expect, test } from 'vitest'
import { toAnyValue } from './attributes.ts'
import { decodeTraceRequestJson } from './decode-json.ts'
import { decodeTraceRequestProtobuf } from './decode-protobuf.ts'
import { encodeTraceRequestProtobuf } from './encode-protobuf.ts'
import { ProtobufWriter } from './protobuf-writer.ts'
import type { AnyValue, DecodeResult, OtlpSpan, TraceRequest } from './types.ts'

const SPAN: OtlpSpan = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceState: 'vendor=1',
  parentSpanId: '00f067aa0ba902b7',
  flags: 257,
  name: 'POST /api/orders ✓',
  kind: 2,
  startTimeUnixNano: '1795248000000000001',
  endTimeUnixNano: '1795248000123456789',
  attributes: [
    { key: 'text', value: { stringValue: '' } },
    { key: 'yes', value: { boolValue: false } },
    { key: 'least', value: { intValue: '-9223372036854775808' } },
    { key: 'half', value: { doubleValue: 0.5 } },
    { key: 'nan', value: { doubleValue: 'NaN' } },
    { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }] } } },
    { key: 'map', value: { kvlistValue: { values: [{ key: 'k', value: { boolValue: true } }] } } },
    { key: 'bytes', value: { bytesValue: 'AP8=' } },
    { key: 'nothing', value: {} },
  ],
  droppedAttributesCount: 1,
  events: [{ timeUnixNano: '1795248000000000002', name: 'exception', attributes: [] }],
  droppedEventsCount: 2,
  links: [{ traceId: '1'.repeat(32), spanId: '2'.repeat(16), attributes: [], flags: 1 }],
  droppedLinksCount: 3,
  status: { code: 2, message: 'out of stock' },
}

const REQUEST: TraceRequest = {
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
      scopeSpans: [{ scope: { name: 'test', version: '1.0.0' }, spans: [SPAN] }],
      schemaUrl: 'https://opentelemetry.io/schemas/1.30.0',
    },
  ],
}

const ACCEPTED: DecodeResult = { ok: true, request: REQUEST, rejectedSpans: 0 }

describe('a request', () => {
  test('survives JSON unchanged', () => {
    expect(decodeTraceRequestJson(JSON.stringify(REQUEST))).toEqual(ACCEPTED)
  })

  test('survives protobuf unchanged', () => {
    expect(decodeTraceRequestProtobuf(encodeTraceRequestProtobuf(REQUEST))).toEqual(ACCEPTED)
  })

  test('cut short anywhere but between two resources is refused', () => {
    const bytes = encodeTraceRequestProtobuf(REQUEST)
    for (let length = 1; length < bytes.length; length++) {
      expect(decodeTraceRequestProtobuf(bytes.subarray(0, length)).ok, `${length} bytes`).toBe(false)
    }
  })

  test('of a view into a larger buffer is read from its own offset', () => {
    const bytes = encodeTraceRequestProtobuf(REQUEST)
    const padded = new Uint8Array(bytes.length + 8)
    padded.set(bytes, 5)
    expect(decodeTraceRequestProtobuf(padded.subarray(5, 5 + bytes.length))).toEqual(ACCEPTED)
  })

  test.each([
    ['', 'not JSON'],
    ['{"resourceSpans":[', 'not JSON'],
    ['[]', 'the body is not an object'],
    ['{"resourceSpans":{}}', 'resourceSpans is not an array'],
    ['{"resourceSpans":[{"scopeSpans":[{"spans":"x"}]}]}', 'spans is not an array'],
    ['{"resourceSpans":[{"resource":[]}]}', 'resource is not an object'],
  ])('of the shape %s is refused', (text, message) => {
    expect(decodeTraceRequestJson(text)).toEqual({ ok: false, message: expect.stringContaining(message) })
  })

  test('may hold fields that are not known yet', () => {
    expect(decodeTraceRequestJson('{"resourceSpans":[],"later":{"a":[1]}}')).toMatchObject({ ok: true })
    const unknownField = [0x98, 0x06, 0x01]
    expect(
      decodeTraceRequestProtobuf(Uint8Array.from([...unknownField, ...encodeTraceRequestProtobuf(REQUEST)])),
    ).toEqual(ACCEPTED)
  })
})

test('a default that was sent is as good as one that was not', () => {
  const bare: OtlpSpan = {
    ...{ traceId: SPAN.traceId, spanId: SPAN.spanId, name: 'bare', kind: 0 },
    ...{ startTimeUnixNano: '1', endTimeUnixNano: '2', attributes: [], events: [], links: [], status: {} },
  }
  const counts = { droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0, flags: 0 }
  const status = { code: 0, message: '' }
  const sent = { ...bare, ...counts, parentSpanId: '', traceState: '', status }
  const expected = { ok: true, request: withSpans([bare]), rejectedSpans: 0 }
  expect(decodeTraceRequestJson(JSON.stringify(withSpans([sent])))).toEqual(expected)

  const writer = new ProtobufWriter()
  const writeDefaults = () => {
    for (const field of [3, 4]) writer.presentString(field, '')
    for (const field of [10, 12, 14]) writer.presentInt64(field, 0)
    writer.message(15, () => {
      writer.presentString(2, '')
      writer.presentInt64(3, 0)
    })
  }
  writer.message(1, () => {
    writer.message(1, () => writer.presentInt64(2, 0))
    writer.message(2, () => {
      writer.message(1, () => writer.presentString(2, ''))
      writer.message(2, () => {
        writer.hex(1, bare.traceId)
        writer.hex(2, bare.spanId)
        writer.presentString(5, bare.name)
        writer.fixed64(7, bare.startTimeUnixNano)
        writer.fixed64(8, bare.endTimeUnixNano)
        writeDefaults()
      })
      writer.presentString(3, '')
    })
    writer.presentString(3, '')
  })
  expect(decodeTraceRequestProtobuf(writer.finish())).toEqual({
    ok: true,
    request: {
      resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ scope: { name: '' }, spans: [bare] }] }],
    },
    rejectedSpans: 0,
  })
})

describe('a span is rejected by itself', () => {
  test.each([
    ['a zero trace id', { traceId: '0'.repeat(32) }, 'traceId'],
    ['a short span id', { spanId: 'abc' }, 'spanId'],
    ['a parent id that is not hex', { parentSpanId: 'z'.repeat(16) }, 'parentSpanId'],
    ['a name that is no string', { name: 5 }, 'name is not a string'],
    ['a start that is no number', { startTimeUnixNano: 'yesterday' }, 'startTimeUnixNano'],
    ['no end', { endTimeUnixNano: undefined }, 'endTimeUnixNano'],
    ['an end before its start', { endTimeUnixNano: '1' }, 'ends before it starts'],
    ['an unknown kind', { kind: 9 }, 'kind 9'],
    ['attributes that are a map', { attributes: { a: 1 } }, 'attributes is not an array'],
    ['an integer of 65 bits', withValue({ intValue: '9223372036854775808' }), '64 bits'],
    ['bytes that are not base64', withValue({ bytesValue: '*' }), 'base64'],
    ['an event before time', { events: [{ timeUnixNano: '-1' }] }, 'timeUnixNano'],
    ['a link to half of a span', { links: [{ traceId: '', spanId: 'b7ad6b7169203331' }] }, 'link'],
  ])('for %s', (_, change, message) => {
    const body = withSpans([{ ...SPAN, ...change }, SPAN])
    const result = decodeTraceRequestJson(JSON.stringify(body))
    expect(result).toMatchObject({
      ok: true,
      rejectedSpans: 1,
      errorMessage: expect.stringContaining(message),
    })
    expect(result.ok && result.request.resourceSpans[0]?.scopeSpans[0]?.spans).toEqual([SPAN])
  })

  test('for an attribute nested too deep', () => {
    let value: AnyValue = { stringValue: 'deep' }
    for (let depth = 0; depth < 30; depth++) value = { arrayValue: { values: [value] } }
    expect(
      decodeTraceRequestJson(JSON.stringify(withSpans([{ ...SPAN, ...withValue(value) }]))),
    ).toMatchObject({
      rejectedSpans: 1,
    })
  })
})

describe('lenient senders are understood:', () => {
  test('ids in upper case', () => {
    const result = decodeTraceRequestJson(
      JSON.stringify(withSpans([{ ...SPAN, traceId: SPAN.traceId.toUpperCase() }])),
    )
    expect(result).toEqual(ACCEPTED)
  })

  test('ids of zeros: no parent, and a link to nothing, which counts as dropped', () => {
    const nothing = { traceId: '0'.repeat(32), spanId: '0'.repeat(16), attributes: [] }
    const span = {
      ...SPAN,
      parentSpanId: nothing.spanId,
      links: [nothing, ...SPAN.links],
      droppedLinksCount: 1,
    }
    const expected: OtlpSpan = { ...SPAN, droppedLinksCount: 2 }
    Reflect.deleteProperty(expected, 'parentSpanId')
    const request = withSpans([span])
    const fromJson = decodeTraceRequestJson(JSON.stringify(request))
    const fromProtobuf = decodeTraceRequestProtobuf(encodeTraceRequestProtobuf(request as TraceRequest))
    for (const result of [fromJson, fromProtobuf]) {
      expect(result).toMatchObject({ ok: true, rejectedSpans: 0 })
      expect(result.ok && result.request.resourceSpans[0]?.scopeSpans[0]?.spans).toEqual([expected])
    }
  })

  test('integers as numbers, doubles as strings, base64 for URLs', () => {
    const attributes = [
      { key: 'a', value: { intValue: 7 } },
      { key: 'b', value: { doubleValue: '1.5e3' } },
      { key: 'c', value: { bytesValue: '_-8' } },
    ]
    const result = decodeTraceRequestJson(JSON.stringify(withSpans([{ ...SPAN, attributes }])))
    expect(result.ok && result.request.resourceSpans[0]?.scopeSpans[0]?.spans[0]?.attributes).toEqual([
      { key: 'a', value: { intValue: '7' } },
      { key: 'b', value: { doubleValue: 1500 } },
      { key: 'c', value: { bytesValue: '/+8=' } },
    ])
  })
})

test('an attribute that is not a finite number keeps its value in JSON', () => {
  expect(toAnyValue(Number.NaN)).toEqual({ doubleValue: 'NaN' })
  expect(toAnyValue(Number.NEGATIVE_INFINITY)).toEqual({ doubleValue: '-Infinity' })
})

function withSpans(spans: readonly object[]): object {
  return {
    resourceSpans: [
      { ...REQUEST.resourceSpans[0], scopeSpans: [{ scope: { name: 'test', version: '1.0.0' }, spans }] },
    ],
  }
}

function withValue(value: AnyValue): { attributes: object[] } {
  return { attributes: [{ key: 'a', value }] }
}
