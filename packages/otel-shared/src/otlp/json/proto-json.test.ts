import { describe, expect, test } from 'vitest'
import { decodeTraceRequestProtobuf } from '../protobuf/decode-protobuf.ts'
import { encodeTraceRequestProtobuf } from '../protobuf/encode-protobuf.ts'
import { ProtobufWriter } from '../protobuf/protobuf-writer.ts'
import type { OtlpSpan } from '../types.ts'
import { decodeTraceRequestJson } from './decode-json.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const SPAN_ID = 'b7ad6b7169203331'
const BARE = {
  traceId: TRACE_ID,
  spanId: SPAN_ID,
  name: 'n',
  startTimeUnixNano: '1',
  endTimeUnixNano: '2',
}

/** Decodes a body with a span that contains `members` as raw JSON. Returns the span, or the message of its rejection. */
function decode(members: string, bare: object = BARE): OtlpSpan | string | undefined {
  const span = `{${[JSON.stringify(bare).slice(1, -1), members].filter(Boolean).join(',')}}`
  const result = decodeTraceRequestJson(`{"resourceSpans":[{"scopeSpans":[{"spans":[${span}]}]}]}`)
  if (!result.ok) return result.message
  return result.errorMessage ?? result.request.resourceSpans[0]?.scopeSpans[0]?.spans[0]
}

const decodeValue = (value: string) => {
  const span = decode(`"attributes":[{"key":"k","value":${value}}]`)
  return typeof span === 'object' ? span.attributes[0]?.value : span
}

// https://protobuf.dev/programming-guides/json/
describe('a 32-bit number', () => {
  test.each([
    ['257', 257],
    ['"257"', 257],
    ['2.57e2', 257],
    ['"2.57e2"', 257],
    ['"257.0"', 257],
    ['257.0', 257],
    ['25700e-2', 257],
    ['"25700E-2"', 257],
    ['4294967295', 4294967295],
    ['"4294967295"', 4294967295],
    ['0', undefined],
    ['"0"', undefined],
    ['-0', undefined],
    ['"-0.0e5"', undefined],
    ['null', undefined],
  ])('a 32-bit number can be written as %s', (text, flags) => {
    expect(decode(`"flags":${text}`)).toMatchObject(flags === undefined ? BARE : { ...BARE, flags })
    if (flags === undefined) expect(decode(`"flags":${text}`)).not.toHaveProperty('flags')
  })

  test.each([
    '-1',
    '"-1"',
    '4294967296',
    '"4294967296"',
    '1.5',
    '"1.5"',
    '""',
    '" 1"',
    '"1 "',
    '"+1"',
    '"0x1"',
  ])('%s is not a 32-bit number', (text) => {
    expect(decode(`"flags":${text}`)).toBe('flags is not an unsigned integer')
  })

  test.each(['true', '[]', '{}', '"NaN"', '"1e"', '"1e999"', '1e999', '"1,0"', '12345678901234567890'])(
    '%s is not a 32-bit number in either form',
    (text) => {
      expect(decode(`"flags":${text}`)).toBe('flags is not an unsigned integer')
    },
  )
})

describe('a 64-bit number', () => {
  test.each([
    ['7', '7'],
    ['"7"', '7'],
    ['"007"', '7'],
    ['"1e2"', '100'],
    ['1e2', '100'],
    ['"-1.5e1"', '-15'],
    ['"0.001e3"', '1'],
    ['"10e-1"', '1'],
    ['-0', '0'],
    ['9007199254740991', '9007199254740991'],
    ['9007199254740993', '9007199254740993'],
    ['-9007199254740993', '-9007199254740993'],
    ['9007199254740993.0', '9007199254740993'],
    ['9007199254740993e0', '9007199254740993'],
    ['900719925474099300e-2', '9007199254740993'],
    ['9223372036854775807', '9223372036854775807'],
    ['"9223372036854775807"', '9223372036854775807'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['9.223372036854775807e18', '9223372036854775807'],
    ['"9.223372036854775807e18"', '9223372036854775807'],
  ])('the 64-bit number %s is decoded to %s', (text, intValue) => {
    expect(decodeValue(`{"intValue":${text}}`)).toEqual({ intValue })
  })

  test.each([
    ['9223372036854775808', 'intValue does not fit into 64 bits'],
    ['"-9223372036854775809"', 'intValue does not fit into 64 bits'],
    ['1e19', 'intValue does not fit into 64 bits'],
    ['1.5', 'intValue is not an integer'],
    ['"1.5"', 'intValue is not an integer'],
    ['"1e-1"', 'intValue is not an integer'],
    ['"1e-9999999999"', 'intValue is not an integer'],
    ['"1e9999999999"', 'intValue is not an integer'],
    ['1e999', 'intValue is not an integer'],
    ['""', 'intValue is not an integer'],
    ['" 1"', 'intValue is not an integer'],
    ['"0x10"', 'intValue is not an integer'],
    ['"NaN"', 'intValue is not an integer'],
    [`"${'1'.repeat(101)}"`, 'intValue is not an integer'],
    ['true', 'intValue is not an integer'],
  ])('%s is not a 64-bit number', (text, message) => {
    expect(decodeValue(`{"intValue":${text}}`)).toBe(message)
  })

  test('a time that is a JSON number keeps its nanoseconds', () => {
    const times = '"startTimeUnixNano":1795248000000000001,"endTimeUnixNano":1.795248000000000003e18'
    expect(decode(times, { traceId: TRACE_ID, spanId: SPAN_ID, name: 'n' })).toMatchObject({
      startTimeUnixNano: '1795248000000000001',
      endTimeUnixNano: '1795248000000000003',
    })
  })

  test('a time beyond 2^63 is unsigned', () => {
    expect(decode('"endTimeUnixNano":18446744073709551615')).toMatchObject({
      endTimeUnixNano: '18446744073709551615',
    })
  })
})

describe('a double', () => {
  test.each([
    ['1.5', 1.5],
    ['"1.5"', 1.5],
    ['"-1.5e3"', -1500],
    ['1', 1],
    ['"1"', 1],
    ['1e300', 1e300],
    ['9007199254740993', 9007199254740992],
    ['0.1234567890123456789', 0.12345678901234568],
    ['"NaN"', 'NaN'],
    ['"Infinity"', 'Infinity'],
    ['"-Infinity"', '-Infinity'],
  ])('a double can be written as %s', (text, doubleValue) => {
    expect(decodeValue(`{"doubleValue":${text}}`)).toEqual({ doubleValue })
  })

  test('a double is decoded in a request with an integer beyond 2^53', () => {
    const values = '{"arrayValue":{"values":[{"doubleValue":1e300},{"intValue":9007199254740993}]}}'
    expect(decodeValue(values)).toEqual({
      arrayValue: { values: [{ doubleValue: 1e300 }, { intValue: '9007199254740993' }] },
    })
  })

  test.each(['""', '"nan"', '"+1"', '"1."', '".5"', '" 1"', '1e999', '"1e999"', 'true', '[1]'])(
    '%s is not a double',
    (text) => {
      expect(decodeValue(`{"doubleValue":${text}}`)).toBe(
        'doubleValue is not a number that a double can hold',
      )
    },
  )
})

describe('enums', () => {
  test.each([
    ['"kind":2', { kind: 2 }],
    ['"kind":"2"', { kind: 2 }],
    ['"kind":"SPAN_KIND_SERVER"', { kind: 2 }],
    ['"kind":"SPAN_KIND_UNSPECIFIED"', { kind: 0 }],
    ['"kind":null', { kind: 0 }],
    ['"status":{"code":2}', { status: { code: 2 } }],
    ['"status":{"code":"STATUS_CODE_ERROR"}', { status: { code: 2 } }],
    ['"status":{"code":"STATUS_CODE_UNSET","message":null}', { status: {} }],
  ])('the enum %s is decoded', (member, expected) => {
    expect(decode(member)).toMatchObject(expected)
  })

  test.each(['"SERVER"', '"span_kind_server"', '9', '-1', '1.5', 'true'])('%s is not a kind', (kind) => {
    expect(decode(`"kind":${kind}`)).toMatch(/^kind /)
  })
})

describe('bytes and ids', () => {
  test.each([
    ['AP8=', 'AP8='],
    ['AP8', 'AP8='],
    ['_-8', '/+8='],
    ['_-8=', '/+8='],
    ['', ''],
  ])('bytes can be written as "%s"', (text, bytesValue) => {
    expect(decodeValue(`{"bytesValue":"${text}"}`)).toEqual({ bytesValue })
  })

  test.each(['A', 'AP8*', 'AP==8', 'A===', 'AP 8'])('"%s" is not base64', (text) => {
    expect(decodeValue(`{"bytesValue":"${text}"}`)).toBe('bytesValue is not base64')
  })

  test('ids are hex in any case, not base64', () => {
    const { traceId, ...rest } = BARE
    expect(decode(`"traceId":"${traceId.toUpperCase()}"`, rest)).toMatchObject({ traceId })
    expect(decode(`"traceId":"${btoa('0123456789abcdef')}"`, rest)).toContain('traceId')
  })
})

describe('fields', () => {
  test.each(['"later":1', '"toString":1', '"__proto__":{"name":"x"}', '"constructor":null', '"":[]'])(
    'the unknown field %s is ignored',
    (member) => {
      expect(decode(member)).toEqual(decode(''))
    },
  )

  test.each([
    '"flags"',
    '"kind"',
    '"parentSpanId"',
    '"traceState"',
    '"attributes"',
    '"events"',
    '"links"',
    '"status"',
    '"droppedAttributesCount"',
  ])('%s is absent if it is null', (name) => {
    expect(decode(`${name}:null`)).toEqual(decode(''))
  })

  test('a scope, resource, value or list that is null is absent', () => {
    const body = {
      resourceSpans: [
        { resource: null, scopeSpans: [{ scope: null, spans: null, schemaUrl: null }] },
        { scopeSpans: null },
        {
          resource: {
            attributes: [
              { key: 'k', value: null },
              { key: 'l', value: { stringValue: null } },
            ],
          },
        },
      ],
    }
    expect(decodeTraceRequestJson(JSON.stringify(body))).toEqual({
      ok: true,
      rejectedSpans: 0,
      request: {
        resourceSpans: [
          { resource: { attributes: [] }, scopeSpans: [{ scope: { name: '' }, spans: [] }] },
          { resource: { attributes: [] }, scopeSpans: [] },
          {
            resource: {
              attributes: [
                { key: 'k', value: {} },
                { key: 'l', value: {} },
              ],
            },
            scopeSpans: [],
          },
        ],
      },
    })
  })

  test('the original proto field names are accepted', () => {
    const camel = {
      resourceSpans: [
        {
          schemaUrl: 's',
          resource: { attributes: [], droppedAttributesCount: 1 },
          scopeSpans: [
            {
              scope: { name: 's' },
              spans: [
                {
                  ...BARE,
                  kind: 1,
                  traceState: 'a=1',
                  parentSpanId: '1'.repeat(16),
                  droppedAttributesCount: 1,
                  droppedEventsCount: 2,
                  droppedLinksCount: 3,
                  attributes: [
                    { stringValue: 'a_b' },
                    { boolValue: true },
                    { intValue: '1' },
                    { doubleValue: 1.5 },
                    { arrayValue: { values: [{ intValue: '1' }] } },
                    { kvlistValue: { values: [{ key: 'k', value: { bytesValue: 'AP8=' } }] } },
                  ].map((value) => ({ key: 'aKey', value })),
                  events: [{ timeUnixNano: '1', name: 'e', attributes: [] }],
                  links: [{ traceId: TRACE_ID, spanId: SPAN_ID, traceState: 'b=1', attributes: [] }],
                  status: {},
                },
              ],
            },
          ],
        },
      ],
    }
    const original = JSON.stringify(camel).replace(/"(\w+)":/g, (_, name: string) => {
      return `"${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}":`
    })
    expect(original).toContain('"trace_id"')
    expect(decodeTraceRequestJson(original)).toEqual({ ok: true, request: camel, rejectedSpans: 0 })
  })
})

// https://opentelemetry.io/docs/specs/otel/trace/api/#link
describe('a link', () => {
  const whole = { traceId: TRACE_ID, spanId: SPAN_ID, attributes: [] }
  const attributes = [{ key: 'k', value: { stringValue: 'v' } }]
  const zeros = { traceId: '0'.repeat(32), spanId: '0'.repeat(16) }
  const empty = { traceId: '', spanId: '' }

  const read = (links: readonly object[]) => {
    const span = { ...BARE, kind: 0, attributes: [], events: [], links, status: {} }
    const request = { resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ spans: [span] }] }] }
    return [
      decodeTraceRequestJson(JSON.stringify(request)),
      decodeTraceRequestProtobuf(encodeTraceRequestProtobuf(request as never)),
    ].map((result) => (result.ok ? result.request.resourceSpans[0]?.scopeSpans[0]?.spans[0] : result))
  }

  test.each([
    ['zero ids', zeros, empty],
    ['empty ids', empty, empty],
    ['a zero span id', { ...whole, spanId: zeros.spanId }, { traceId: TRACE_ID, spanId: '' }],
    ['an empty span id', { ...whole, spanId: '' }, { traceId: TRACE_ID, spanId: '' }],
    ['an empty trace id', { ...whole, traceId: '' }, { traceId: '', spanId: SPAN_ID }],
    ['a short span id', { ...whole, spanId: 'abcd' }, { traceId: TRACE_ID, spanId: '' }],
  ])(
    'a link with %s is kept if it has attributes or a tracestate, and counted if not',
    (_, ids, expected) => {
      for (const span of read([
        { ...ids, attributes },
        whole,
        { ...ids, attributes: [], traceState: 'a=1' },
      ])) {
        expect(span).toMatchObject({
          links: [{ ...expected, attributes }, whole, { ...expected, traceState: 'a=1' }],
        })
        expect(span).not.toHaveProperty('droppedLinksCount')
      }
      for (const span of read([{ ...ids, attributes: [] }, whole]))
        expect(span).toMatchObject({ links: [whole], droppedLinksCount: 1 })
    },
  )

  test('a link with ids that are not hex is kept if it has attributes', () => {
    const link = { traceId: 'x'.repeat(32), spanId: SPAN_ID, attributes }
    expect(read([link])[0]).toMatchObject({ links: [{ traceId: '', spanId: SPAN_ID, attributes }] })
  })
})

describe('a text', () => {
  test.each([
    ['\\ud83d\\ude00', '😀'],
    ['a\\ud83d', 'a\ufffd'],
    ['\\uDE00b', '\ufffdb'],
    ['\\u00e9\\u0000', 'é\0'],
    ['\\ufeffa', '\ufeffa'],
  ])('the text %s is decoded to a well-formed string', (text, stringValue) => {
    expect(decodeValue(`{"stringValue":"${text}"}`)).toEqual({ stringValue })
    expect(decode(`"name":"${text}","endTimeUnixNano":9007199254740993`)).toMatchObject({ name: stringValue })
  })

  test('a text in protobuf may begin with a byte order mark', () => {
    const span = { ...BARE, name: '\ufeffa', kind: 0, attributes: [], events: [], links: [], status: {} }
    const request = {
      resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ scope: { name: '' }, spans: [span] }] }],
    }
    expect(decodeTraceRequestProtobuf(encodeTraceRequestProtobuf(request))).toEqual({
      ok: true,
      request,
      rejectedSpans: 0,
    })
  })
})

test('a negative enum value in protobuf rejects its span, not the body', () => {
  const writer = new ProtobufWriter()
  writer.message(1, () =>
    writer.message(2, () =>
      writer.message(2, () => {
        writer.hex(1, TRACE_ID)
        writer.hex(2, SPAN_ID)
        writer.presentInt64(6, -1)
        writer.fixed64(7, '1')
        writer.fixed64(8, '2')
      }),
    ),
  )
  expect(decodeTraceRequestProtobuf(writer.finish())).toMatchObject({
    ok: true,
    rejectedSpans: 1,
    errorMessage: 'kind 4294967295 is unknown',
  })
})

test('JSON that is nested too deep for the stack is refused without an exception', () => {
  const deep = `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)},`
  const spans = `"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":9007199254740993}]}]}]}`
  expect(decodeTraceRequestJson(deep + spans).ok).toBe(false)
})
