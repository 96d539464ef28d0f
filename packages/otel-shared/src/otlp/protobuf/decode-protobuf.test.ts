import { describe, expect, test } from 'vitest'
import type { DecodeResult, KeyValue, OtlpSpan } from '../types.ts'
import { decodeTraceRequestProtobuf } from './decode-protobuf.ts'
import { ProtobufWriter } from './protobuf-writer.ts'

type Write = (writer: ProtobufWriter) => void

const WRITE_WITH_WIRE_TYPE: Readonly<Record<number, (writer: ProtobufWriter, field: number) => void>> = {
  0: (writer, field) => writer.presentInt64(field, 1),
  1: (writer, field) => writer.fixed64(field, '1'),
  2: (writer, field) => writer.presentString(field, ''),
  5: (writer, field) => writer.fixed32(field, 1),
}

/**
 * The messages of `trace.proto`: the field numbers that lead to a message, and the wire types of its fields, from field 1.
 *
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
const MESSAGES = {
  ExportTraceServiceRequest: { path: [], wireTypes: [2] },
  ResourceSpans: { path: [1], wireTypes: [2, 2, 2] },
  Resource: { path: [1, 1], wireTypes: [2, 0] },
  ScopeSpans: { path: [1, 2], wireTypes: [2, 2, 2] },
  InstrumentationScope: { path: [1, 2, 1], wireTypes: [2, 2, 2] },
  Span: { path: [1, 2, 2], wireTypes: [2, 2, 2, 2, 2, 0, 1, 1, 2, 0, 2, 0, 2, 0, 2, 5] },
  KeyValue: { path: [1, 2, 2, 9], wireTypes: [2, 2] },
  AnyValue: { path: [1, 2, 2, 9, 2], wireTypes: [2, 0, 0, 1, 2, 2, 2] },
  ArrayValue: { path: [1, 2, 2, 9, 2, 5], wireTypes: [2] },
  KeyValueList: { path: [1, 2, 2, 9, 2, 6], wireTypes: [2] },
  Event: { path: [1, 2, 2, 11], wireTypes: [1, 2, 2, 0] },
  Link: { path: [1, 2, 2, 13], wireTypes: [2, 2, 2, 2, 0, 5] },
  Status: { path: [1, 2, 2, 15], wireTypes: [undefined, 2, 0] },
} as const
type MessageName = keyof typeof MESSAGES
const names = Object.keys(MESSAGES) as readonly MessageName[]

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const SPAN_ID = 'b7ad6b7169203331'

/** Decodes a request with one message of this name, which has the required fields of a span or a link, and those of `write`. */
function decode(name: MessageName, write: Write): DecodeResult {
  const writer = new ProtobufWriter()
  const { path } = MESSAGES[name]
  const descend = (depth: number) => {
    const isSpan = path.slice(0, depth).join() === MESSAGES.Span.path.join()
    if (isSpan || (name === 'Link' && depth === path.length)) {
      writer.hex(1, TRACE_ID)
      writer.hex(2, SPAN_ID)
    }
    if (isSpan) {
      writer.fixed64(7, '1')
      writer.fixed64(8, '2')
    }
    const field = path[depth]
    if (field === undefined) write(writer)
    else writer.message(field, () => descend(depth + 1))
  }
  descend(0)
  return decodeTraceRequestProtobuf(writer.finish())
}

function spanOf(result: DecodeResult): OtlpSpan | undefined {
  return result.ok ? result.request.resourceSpans[0]?.scopeSpans[0]?.spans[0] : undefined
}

function writeTexts(writer: ProtobufWriter, field: number, texts: readonly string[]): void {
  for (const text of texts) writer.presentString(field, text)
}

function writeAttribute(writer: ProtobufWriter, field: number, key: string): void {
  writer.message(field, () => writer.presentString(1, key))
}

describe('unknown fields', () => {
  test.each(names)('unknown fields of a message "%s" are ignored', (name) => {
    const expected = decode(name, () => undefined)
    expect(expected).toMatchObject({ ok: true, rejectedSpans: 0 })
    for (const [wireType, write] of Object.entries(WRITE_WITH_WIRE_TYPE))
      expect(
        decode(name, (writer) => write(writer, 100)),
        `wire type ${wireType}`,
      ).toEqual(expected)
  })
})

describe('malformed bytes', () => {
  test.each(names)('a field number 0 in a message "%s" invalidates the body', (name) => {
    expect(decode(name, (writer) => writer.presentInt64(0, 1))).toEqual({
      ok: false,
      message: 'the body is not OTLP protobuf: field number 0',
    })
  })

  test.each(names)('a field of a message "%s" has its wire type and no other', (name) => {
    for (const [index, expected] of MESSAGES[name].wireTypes.entries())
      for (const [wireType, write] of Object.entries(WRITE_WITH_WIRE_TYPE)) {
        // Field 1 of `Status` is reserved, so it is an unknown field.
        const isValid = expected === undefined || Number(wireType) === expected
        const result = decode(name, (writer) => write(writer, index + 1))
        const what = `field ${index + 1} with wire type ${wireType}`
        if (isValid) expect(result, what).toMatchObject({ ok: true })
        else
          expect(result, what).toEqual({
            ok: false,
            message: `the body is not OTLP protobuf: wire type ${wireType} where ${expected} was expected`,
          })
      }
  })

  test.each<[MessageName, number]>([
    ['ResourceSpans', 3],
    ['ScopeSpans', 3],
    ['InstrumentationScope', 1],
    ['InstrumentationScope', 2],
    ['Span', 3],
    ['Span', 5],
    ['KeyValue', 1],
    ['AnyValue', 1],
    ['Event', 2],
    ['Link', 3],
    ['Status', 2],
  ])('a text of a message "%s" (field %d) that is not UTF-8 invalidates the body', (name, field) => {
    // The base64 of the bytes c3 28.
    expect(decode(name, (writer) => writer.presentBase64(field, 'wyg='))).toEqual({
      ok: false,
      message: 'the body is not OTLP protobuf: a string is not UTF-8',
    })
  })
})

// https://protobuf.dev/programming-guides/encoding/#last-one-wins
describe('a field that occurs several times', () => {
  test('the last text or number is kept', () => {
    const result = decode('Span', (writer) => {
      writeTexts(writer, 5, ['first', 'last'])
      writeTexts(writer, 3, ['a=1', 'b=2'])
      for (const kind of [2, 3]) writer.presentInt64(6, kind)
      for (const end of ['7', '9']) writer.fixed64(8, end)
      for (const flags of [1, 257]) writer.fixed32(16, flags)
      for (const dropped of [4, 5]) writer.presentInt64(10, dropped)
    })
    expect(spanOf(result)).toMatchObject({
      name: 'last',
      traceState: 'b=2',
      kind: 3,
      endTimeUnixNano: '9',
      flags: 257,
      droppedAttributesCount: 5,
    })
  })

  test('the last member of a oneof is kept', () => {
    const result = decode('AnyValue', (writer) => {
      writer.presentString(1, 'text')
      writer.presentInt64(2, true)
      writer.presentInt64(3, '7')
    })
    expect(spanOf(result)?.attributes).toEqual([{ key: '', value: { intValue: '7' } }])
  })

  test('the parts of a status are merged', () => {
    const result = decode('Span', (writer) => {
      writer.message(15, () => writer.presentString(2, 'out of stock'))
      writer.message(15, () => writer.presentInt64(3, 2))
    })
    expect(spanOf(result)?.status).toEqual({ code: 2, message: 'out of stock' })
  })

  test('the parts of a scope are merged', () => {
    const result = decode('ScopeSpans', (writer) => {
      writer.message(1, () => {
        writer.presentString(1, 'shop')
        writeAttribute(writer, 3, 'a')
      })
      writer.message(1, () => {
        writer.presentString(2, '1.0.0')
        writeAttribute(writer, 3, 'b')
      })
    })
    expect(result.ok && result.request.resourceSpans[0]?.scopeSpans[0]?.scope).toEqual({
      name: 'shop',
      version: '1.0.0',
      attributes: [
        { key: 'a', value: {} },
        { key: 'b', value: {} },
      ],
    })
  })

  test('the fields of a message may be in any order, also before its ids', () => {
    const writer = new ProtobufWriter()
    writer.message(1, () => {
      writer.message(2, () => {
        writer.message(2, () => {
          writer.fixed64(8, '2')
          writer.fixed64(7, '1')
          writer.presentString(5, 'GET')
          writer.hex(2, SPAN_ID)
          writer.hex(1, TRACE_ID)
        })
        writer.message(1, () => writer.presentString(1, 'shop'))
      })
      writer.message(1, () => writeAttribute(writer, 1, 'host'))
    })
    expect(decodeTraceRequestProtobuf(writer.finish())).toMatchObject({
      ok: true,
      request: {
        resourceSpans: [
          {
            resource: { attributes: [{ key: 'host', value: {} }] },
            scopeSpans: [{ scope: { name: 'shop' }, spans: [{ traceId: TRACE_ID, name: 'GET' }] }],
          },
        ],
      },
    })
  })
})

describe('items beyond 1,024', () => {
  const attributes = (field: number) => (writer: ProtobufWriter) => {
    for (let index = 0; index < 1_030; index++) writeAttribute(writer, field, `k${index}`)
  }

  test.each<[MessageName, number, (span: OtlpSpan | undefined) => unknown]>([
    ['Span', 9, (span) => span],
    ['Event', 3, (span) => span?.events[0]],
    ['Link', 4, (span) => span?.links[0]],
  ])('attributes of a message "%s" are counted as dropped', (name, field, read) => {
    const result = decode(name, attributes(field))
    expect(result).toMatchObject({ ok: true, rejectedSpans: 0, droppedItems: 6 })
    const owner = read(spanOf(result)) as { attributes: KeyValue[]; droppedAttributesCount: number }
    expect(owner.attributes).toHaveLength(1_024)
    expect(owner.attributes.at(-1)?.key).toBe('k1023')
    expect(owner.droppedAttributesCount).toBe(6)
  })

  test('attributes of a resource are counted together with those that the sender dropped', () => {
    const result = decode('Resource', (writer) => {
      attributes(1)(writer)
      writer.presentInt64(2, 5)
    })
    expect(result).toMatchObject({ ok: true, droppedItems: 6 })
    expect(result.ok && result.request.resourceSpans[0]?.resource.droppedAttributesCount).toBe(11)
  })

  test('attributes of a scope are dropped', () => {
    const result = decode('InstrumentationScope', attributes(3))
    expect(result).toMatchObject({ ok: true, droppedItems: 6 })
    expect(result.ok && result.request.resourceSpans[0]?.scopeSpans[0]?.scope.attributes).toHaveLength(1_024)
  })

  test('links are counted as dropped', () => {
    const result = decode('Span', (writer) => {
      for (let index = 0; index < 1_030; index++) writer.message(13, () => writer.hex(1, TRACE_ID))
    })
    // A link without a span id and attributes is dropped too.
    expect(result).toMatchObject({ ok: true, droppedItems: 6 })
    expect(spanOf(result)).toMatchObject({ links: [], droppedLinksCount: 1_030 })
  })

  test('pairs of a map are dropped', () => {
    const result = decode('KeyValueList', attributes(1))
    expect(result).toMatchObject({ ok: true, droppedItems: 6 })
    expect(spanOf(result)?.attributes[0]?.value.kvlistValue?.values).toHaveLength(1_024)
  })
})

describe('values', () => {
  // The bytes are converted in chunks of 8,192.
  test.each([0, 1, 2, 3, 8_191, 8_192, 8_193, 20_000])('%d bytes are decoded to base64', (length) => {
    const bytesValue = Buffer.from(Array.from({ length }, (_, index) => index % 251)).toString('base64')
    const result = decode('AnyValue', (writer) => writer.presentBase64(7, bytesValue))
    expect(spanOf(result)?.attributes[0]?.value).toEqual({ bytesValue })
  })

  test.each<[string, Write, object]>([
    ['an empty text', (writer) => writer.presentString(1, ''), { stringValue: '' }],
    ['false', (writer) => writer.presentInt64(2, false), { boolValue: false }],
    ['zero', (writer) => writer.presentInt64(3, 0), { intValue: '0' }],
    ['an infinity', (writer) => writer.presentDouble(4, -Infinity), { doubleValue: '-Infinity' }],
    ['a NaN', (writer) => writer.presentDouble(4, Number.NaN), { doubleValue: 'NaN' }],
    ['an empty list', (writer) => writer.presentString(5, ''), { arrayValue: { values: [] } }],
    ['an empty map', (writer) => writer.presentString(6, ''), { kvlistValue: { values: [] } }],
    ['no member', () => undefined, {}],
  ])('%s is decoded as the value that was sent', (_, write, value) => {
    expect(spanOf(decode('AnyValue', write))?.attributes).toEqual([{ key: '', value }])
  })

  /** Writes a value of lists, maps or both in turn. */
  const nest = (writer: ProtobufWriter, depth: number, kinds: readonly ('list' | 'map')[]): void => {
    const kind = kinds[depth % kinds.length]
    if (depth === 0) writer.presentString(1, 'innermost')
    else if (kind === 'list') writer.message(5, () => writer.message(1, () => nest(writer, depth - 1, kinds)))
    else
      writer.message(6, () =>
        writer.message(1, () => writer.message(2, () => nest(writer, depth - 1, kinds))),
      )
  }

  test.each([[['list']], [['map']], [['list', 'map']]] as const)(
    'a value of %j may be nested 20 deep, and a deeper one rejects its span',
    (kinds) => {
      const accepted = decode('AnyValue', (writer) => nest(writer, 20, kinds))
      expect(accepted).toMatchObject({ ok: true, rejectedSpans: 0 })
      expect(JSON.stringify(spanOf(accepted))).toContain('innermost')
      expect(decode('AnyValue', (writer) => nest(writer, 21, kinds))).toMatchObject({
        ok: true,
        rejectedSpans: 1,
        errorMessage: 'an attribute is nested deeper than 20',
      })
    },
  )

  test.each<MessageName>(['Resource', 'InstrumentationScope'])(
    'a value of a message "%s" that is nested too deep invalidates the body',
    (name) => {
      const field = name === 'Resource' ? 1 : 3
      const result = decode(name, (writer) =>
        writer.message(field, () => writer.message(2, () => nest(writer, 21, ['list']))),
      )
      expect(result).toEqual({
        ok: false,
        message: 'the body is not OTLP protobuf: an attribute is nested deeper than 20',
      })
    },
  )
})

test('of several rejected spans, the first problem is reported', () => {
  const writer = new ProtobufWriter()
  const writeSpan = (end: string, kind: number) =>
    writer.message(2, () => {
      writer.hex(1, TRACE_ID)
      writer.hex(2, SPAN_ID)
      writer.presentInt64(6, kind)
      writer.fixed64(7, '5')
      writer.fixed64(8, end)
    })
  writer.message(1, () => {
    for (const [end, kind] of [
      ['6', 1],
      ['4', 1],
      ['6', 9],
    ] as const)
      writer.message(2, () => writeSpan(end, kind))
  })
  expect(decodeTraceRequestProtobuf(writer.finish())).toMatchObject({
    ok: true,
    rejectedSpans: 2,
    errorMessage: 'the span ends before it starts',
  })
})
