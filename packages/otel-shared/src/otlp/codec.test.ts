import { describe, expect, test } from 'vitest'
import { toAnyValue } from './attributes.ts'
import { decodeTraceRequestJson } from './json/decode-json.ts'
import { decodeTraceRequestProtobuf } from './protobuf/decode-protobuf.ts'
import { encodeTraceRequestProtobuf } from './protobuf/encode-protobuf.ts'
import { ProtobufWriter } from './protobuf/protobuf-writer.ts'
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
  test('a request is the same after encoding and decoding in JSON', () => {
    expect(decodeTraceRequestJson(JSON.stringify(REQUEST))).toEqual(ACCEPTED)
  })

  test('a request is the same after encoding and decoding in protobuf', () => {
    expect(decodeTraceRequestProtobuf(encodeTraceRequestProtobuf(REQUEST))).toEqual(ACCEPTED)
  })

  test('a truncated request is refused unless it ends between two resources', () => {
    const bytes = encodeTraceRequestProtobuf(REQUEST)
    for (let length = 1; length < bytes.length; length++) {
      expect(decodeTraceRequestProtobuf(bytes.subarray(0, length)).ok, `${length} bytes`).toBe(false)
    }
  })

  test('a view of a larger buffer is read from its own offset', () => {
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
  ])('a request of the shape %s is refused', (text, message) => {
    expect(decodeTraceRequestJson(text)).toEqual({ ok: false, message: expect.stringContaining(message) })
  })

  test('unknown fields of a request are ignored', () => {
    expect(decodeTraceRequestJson('{"resourceSpans":[],"later":{"a":[1]}}')).toMatchObject({ ok: true })
    const group = [0x9b, 0x06, 0x9b, 0x06, 0x98, 0x06, 0x01, 0x9c, 0x06, 0x9c, 0x06]
    for (const unknownField of [
      [0x98, 0x06, 0x01],
      [0x99, 0x06, ...Array(8).fill(1)],
      [0x9a, 0x06, 1, 1],
      group,
    ]) {
      const bytes = Uint8Array.from([...unknownField, ...encodeTraceRequestProtobuf(REQUEST)])
      expect(decodeTraceRequestProtobuf(bytes)).toEqual(ACCEPTED)
    }
  })

  test.each([
    ['a group without its end', [0x9b, 0x06, 0x98, 0x06, 0x01]],
    ['groups nested a million deep', Array(1_000_000).fill(0x0b)],
    ['the end of no group', [0x9c, 0x06]],
    ['a wire type that does not exist', [0x9e, 0x06]],
  ])('a request with %s is refused', (_, bytes) => {
    expect(decodeTraceRequestProtobuf(Uint8Array.from(bytes))).toMatchObject({ ok: false })
  })
})

describe('limits of the protobuf decoder', () => {
  /** A span with `count` empty messages in the repeated field `field`. */
  const spanWith = (field: number, count: number, more: (writer: ProtobufWriter) => void = () => undefined) =>
    request((writer) => {
      writeSpan(writer, () => {
        for (let index = 0; index < count; index++) writer.message(field, () => undefined)
        more(writer)
      })
    })
  const request = (writeSpans: (writer: ProtobufWriter) => void) => {
    const writer = new ProtobufWriter()
    writer.message(1, () => writer.message(2, () => writeSpans(writer)))
    return decodeTraceRequestProtobuf(writer.finish())
  }
  const writeSpan = (writer: ProtobufWriter, more: () => void) =>
    writer.message(2, () => {
      writer.hex(1, SPAN.traceId)
      writer.hex(2, SPAN.spanId)
      writer.fixed64(7, '1')
      writer.fixed64(8, '2')
      more()
    })
  const spansOf = (result: DecodeResult) =>
    result.ok ? (result.request.resourceSpans[0]?.scopeSpans[0]?.spans ?? []) : []

  test.each([
    ['attributes', 9, 'droppedAttributesCount', 10],
    ['events', 11, 'droppedEventsCount', 12],
  ] as const)('%s beyond 1,024 are added to the dropped count', (name, field, counter, counterField) => {
    const result = spanWith(field, 3_000, (writer) => writer.presentInt64(counterField, 5))
    expect(result).toMatchObject({ ok: true, rejectedSpans: 0, droppedItems: 1_976 })
    expect(spansOf(result)[0]?.[name]).toHaveLength(1_024)
    expect(spansOf(result)[0]?.[counter]).toBe(1_981)
  })

  test('a dropped count is limited to the maximum of its field', () => {
    const result = spanWith(11, 3_000, (writer) => writer.presentInt64(12, 0xffffffff))
    expect(spansOf(result)[0]?.droppedEventsCount).toBe(0xffffffff)
  })

  test('elements of a value beyond 1,024 are counted', () => {
    const result = spanWith(13, 0, (writer) =>
      writer.message(9, () =>
        writer.message(2, () =>
          writer.message(5, () => {
            for (let index = 0; index < 2_000; index++) writer.message(1, () => writer.presentInt64(3, index))
          }),
        ),
      ),
    )
    expect(result).toMatchObject({ ok: true, droppedItems: 976 })
    expect(spansOf(result)[0]?.attributes[0]?.value.arrayValue?.values).toHaveLength(1_024)
  })

  test('a value nested 10,000 deep rejects its span alone', () => {
    // The length of each message precedes it, so the innermost is written first.
    let value = Buffer.alloc(0)
    for (let depth = 0; depth < 10_000; depth++) value = field(5, field(1, value))
    const bad = field(9, field(2, value))
    const bare = Buffer.concat([
      field(1, Buffer.alloc(16, 1)),
      field(2, Buffer.alloc(8, 1)),
      Buffer.from([0x39, 1, 0, 0, 0, 0, 0, 0, 0, 0x41, 1, 0, 0, 0, 0, 0, 0, 0]),
    ])
    const spans = Buffer.concat([field(2, Buffer.concat([bare, bad])), field(2, bare)])
    const result = decodeTraceRequestProtobuf(new Uint8Array(field(1, field(2, spans))))
    expect(result).toMatchObject({
      ok: true,
      rejectedSpans: 1,
      errorMessage: expect.stringContaining('nested'),
    })
    expect(spansOf(result)).toHaveLength(1)
  })

  test('spans beyond 16,384 are rejected and counted', () => {
    const result = request((writer) => {
      for (let index = 0; index < 17_000; index++) writeSpan(writer, () => undefined)
    })
    expect(result).toMatchObject({
      ok: true,
      rejectedSpans: 616,
      errorMessage: expect.stringContaining('16384'),
    })
    expect(spansOf(result)).toHaveLength(16_384)
  })

  test.each([
    ['resources', []],
    ['scopes', [1]],
  ])('a body of a million empty %s is refused as too large', (_, path) => {
    const empty = Buffer.alloc(2_000_000, Uint8Array.from([path.length === 0 ? 0x0a : 0x12, 0]))
    const bytes = path.reduce<Buffer<ArrayBuffer>>((bytes, number) => field(number, bytes), empty)
    expect(decodeTraceRequestProtobuf(new Uint8Array(bytes))).toMatchObject({ ok: false, isTooLarge: true })
  })

  test('a resource that is sent in two parts is merged', () => {
    const part = (key: string) => field(1, field(1, field(1, Buffer.from(key))))
    const bytes = field(1, Buffer.concat([part('a'), part('b')]))
    const result = decodeTraceRequestProtobuf(new Uint8Array(bytes))
    const attributes = [
      { key: 'a', value: {} },
      { key: 'b', value: {} },
    ]
    expect(result).toMatchObject({ ok: true, request: { resourceSpans: [{ resource: { attributes } }] } })
  })
})

/** A length-delimited field. */
function field(number: number, content: Uint8Array): Buffer<ArrayBuffer> {
  const length: number[] = []
  let rest = content.length
  for (; rest > 127; rest >>>= 7) length.push((rest & 127) | 128)
  return Buffer.concat([Uint8Array.from([(number << 3) | 2, ...length, rest]), content])
}

test('a default value that is sent is decoded like an absent one', () => {
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

describe('rejected spans', () => {
  test.each([
    ['a zero trace id', { traceId: '0'.repeat(32) }, 'traceId'],
    ['a short span id', { spanId: 'abc' }, 'spanId'],
    ['a parent id that is not hex', { parentSpanId: 'z'.repeat(16) }, 'parentSpanId'],
    ['a name that is not a string', { name: 5 }, 'name is not a string'],
    ['a start that is not a number', { startTimeUnixNano: 'yesterday' }, 'startTimeUnixNano'],
    ['no end', { endTimeUnixNano: undefined }, 'endTimeUnixNano'],
    ['an end before its start', { endTimeUnixNano: '1' }, 'ends before it starts'],
    ['an unknown kind', { kind: 9 }, 'kind 9'],
    ['attributes that are a map', { attributes: { a: 1 } }, 'attributes is not an array'],
    ['an integer of 65 bits', withValue({ intValue: '9223372036854775808' }), '64 bits'],
    ['bytes that are not base64', withValue({ bytesValue: '*' }), 'base64'],
    ['an event before time', { events: [{ timeUnixNano: '-1' }] }, 'timeUnixNano'],
  ])('a span with %s is rejected and the other spans are accepted', (_, change, message) => {
    const body = withSpans([{ ...SPAN, ...change }, SPAN])
    const result = decodeTraceRequestJson(JSON.stringify(body))
    expect(result).toMatchObject({
      ok: true,
      rejectedSpans: 1,
      errorMessage: expect.stringContaining(message),
    })
    expect(result.ok && result.request.resourceSpans[0]?.scopeSpans[0]?.spans).toEqual([SPAN])
  })

  test('a span with an attribute nested too deep is rejected', () => {
    let value: AnyValue = { stringValue: 'deep' }
    for (let depth = 0; depth < 30; depth++) value = { arrayValue: { values: [value] } }
    expect(
      decodeTraceRequestJson(JSON.stringify(withSpans([{ ...SPAN, ...withValue(value) }]))),
    ).toMatchObject({
      rejectedSpans: 1,
    })
  })
})

describe('lenient decoding', () => {
  test('ids in upper case are accepted', () => {
    const result = decodeTraceRequestJson(
      JSON.stringify(withSpans([{ ...SPAN, traceId: SPAN.traceId.toUpperCase() }])),
    )
    expect(result).toEqual(ACCEPTED)
  })

  test('a parent id of zeros is no parent, and a link with ids of zeros is dropped and counted', () => {
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

  test('integers as numbers, doubles as strings and base64url are accepted', () => {
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
