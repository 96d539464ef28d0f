import { afterEach, describe, expect, test, vi } from 'vitest'
import type { DecodeResult, OtlpSpan } from '../types.ts'
import { decodeTraceRequestJson } from './decode-json.ts'

const SPAN = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  name: 'GET',
  kind: 0,
  startTimeUnixNano: '1',
  endTimeUnixNano: '2',
  attributes: [],
  events: [],
  links: [],
  status: {},
} satisfies OtlpSpan
const LINK = { traceId: SPAN.traceId, spanId: SPAN.spanId, attributes: [] }

/** Decodes a span with these members and a valid one after it. */
function decodeSpan(members: object): DecodeResult {
  return decodeTraceRequestJson(
    JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ ...SPAN, ...members }, SPAN] }] }] }),
  )
}

function spansOf(result: DecodeResult): readonly OtlpSpan[] {
  return result.ok ? (result.request.resourceSpans[0]?.scopeSpans[0]?.spans ?? []) : []
}

const withValue = (value: unknown) => ({ attributes: [{ key: 'k', value }] })

describe('a wrong type in a span rejects that span', () => {
  test.each<[object, string]>([
    [{ traceId: 5 }, 'traceId is not a string'],
    [{ spanId: ['b7ad6b7169203331'] }, 'spanId is not a string'],
    [{ parentSpanId: 0 }, 'parentSpanId is not a string'],
    [{ traceState: {} }, 'traceState is not a string'],
    [{ name: false }, 'name is not a string'],
    [{ kind: 'CLIENT' }, 'kind is not an unsigned integer'],
    [{ startTimeUnixNano: {} }, 'startTimeUnixNano is not an integer'],
    [{ endTimeUnixNano: true }, 'endTimeUnixNano is not an integer'],
    [{ flags: -1 }, 'flags is not an unsigned integer'],
    [{ droppedAttributesCount: 1.5 }, 'droppedAttributesCount is not an unsigned integer'],
    [{ droppedEventsCount: '1.5' }, 'droppedEventsCount is not an unsigned integer'],
    [{ droppedLinksCount: 2 ** 32 }, 'droppedLinksCount is not an unsigned integer'],
    [{ status: 'STATUS_CODE_OK' }, 'status is not an object'],
    [{ status: { code: 'OK' } }, 'code is not an unsigned integer'],
    [{ status: { message: 5 } }, 'message is not a string'],
    [{ attributes: {} }, 'attributes is not an array'],
    [{ attributes: [null] }, 'attribute is not an object'],
    [{ attributes: ['a=b'] }, 'attribute is not an object'],
    [{ attributes: [{ key: 5 }] }, 'key is not a string'],
    [withValue('text'), 'k is not an object'],
    [withValue([]), 'k is not an object'],
    [withValue({ stringValue: 5 }), 'stringValue is not a string'],
    [withValue({ boolValue: 'true' }), 'boolValue is not a boolean'],
    [withValue({ intValue: false }), 'intValue is not an integer'],
    [withValue({ doubleValue: 'much' }), 'doubleValue is not a number that a double can hold'],
    [withValue({ bytesValue: [0, 255] }), 'bytesValue is not a string'],
    [withValue({ arrayValue: [] }), 'arrayValue is not an object'],
    [withValue({ arrayValue: { values: {} } }), 'values is not an array'],
    [withValue({ arrayValue: { values: ['text'] } }), 'values is not an object'],
    [withValue({ kvlistValue: { values: [null] } }), 'attribute is not an object'],
    [withValue({ kvlistValue: { values: { a: 1 } } }), 'values is not an array'],
    [{ events: {} }, 'events is not an array'],
    [{ events: [null] }, 'event is not an object'],
    [{ events: [{ timeUnixNano: 'now' }] }, 'timeUnixNano is not an integer'],
    [{ events: [{ name: 5 }] }, 'name is not a string'],
    [{ events: [{ attributes: 5 }] }, 'attributes is not an array'],
    [{ events: [{ droppedAttributesCount: [] }] }, 'droppedAttributesCount is not an unsigned integer'],
    [{ links: SPAN.spanId }, 'links is not an array'],
    [{ links: [[]] }, 'link is not an object'],
    [{ links: [{ ...LINK, traceId: 5 }] }, 'traceId is not a string'],
    [{ links: [{ ...LINK, spanId: null, traceState: 5 }] }, 'traceState is not a string'],
    [{ links: [{ ...LINK, flags: 'sampled' }] }, 'flags is not an unsigned integer'],
  ])('the members %j', (members, errorMessage) => {
    const result = decodeSpan(members)
    expect(result).toMatchObject({ ok: true, rejectedSpans: 1, errorMessage })
    expect(spansOf(result)).toEqual([SPAN])
  })

  test.each([null, 5, 'span', [], true])('%j in place of a span', (span) => {
    const body = { resourceSpans: [{ scopeSpans: [{ spans: [span, SPAN] }] }] }
    const result = decodeTraceRequestJson(JSON.stringify(body))
    expect(result).toMatchObject({ ok: true, rejectedSpans: 1, errorMessage: 'span is not an object' })
    expect(spansOf(result)).toEqual([SPAN])
  })
})

describe('a wrong type outside of a span invalidates the body', () => {
  test.each<[unknown, string]>([
    [null, 'the body is not an object'],
    [5, 'the body is not an object'],
    ['{}', 'the body is not an object'],
    [{ resourceSpans: [null] }, 'resourceSpans is not an object'],
    [{ resourceSpans: ['shop'] }, 'resourceSpans is not an object'],
    [{ resourceSpans: [{ schemaUrl: 5 }] }, 'schemaUrl is not a string'],
    [{ resourceSpans: [{ resource: 'shop' }] }, 'resource is not an object'],
    [{ resourceSpans: [{ resource: withValue(5) }] }, 'k is not an object'],
    [
      { resourceSpans: [{ resource: { droppedAttributesCount: -1 } }] },
      'droppedAttributesCount is not an unsigned integer',
    ],
    [{ resourceSpans: [{ scopeSpans: {} }] }, 'scopeSpans is not an array'],
    [{ resourceSpans: [{ scopeSpans: [null] }] }, 'scopeSpans is not an object'],
    [{ resourceSpans: [{ scopeSpans: [{ scope: 'shop' }] }] }, 'scope is not an object'],
    [{ resourceSpans: [{ scopeSpans: [{ scope: { name: 5 } }] }] }, 'name is not a string'],
    [{ resourceSpans: [{ scopeSpans: [{ scope: { version: 5 } }] }] }, 'version is not a string'],
    [{ resourceSpans: [{ scopeSpans: [{ scope: withValue(5) }] }] }, 'k is not an object'],
    [{ resourceSpans: [{ scopeSpans: [{ schemaUrl: [] }] }] }, 'schemaUrl is not a string'],
  ])('the body %j', (body, message) => {
    expect(decodeTraceRequestJson(JSON.stringify(body))).toEqual({ ok: false, message })
  })
})

describe('absent members', () => {
  test('a request without resources has no spans', () => {
    for (const body of ['{}', '{"resourceSpans":null}', '{"resourceSpans":[]}', ' { } \n'])
      expect(decodeTraceRequestJson(body)).toEqual({
        ok: true,
        request: { resourceSpans: [] },
        rejectedSpans: 0,
      })
  })

  test('a span may have nothing but ids and times', () => {
    const { traceId, spanId, startTimeUnixNano, endTimeUnixNano } = SPAN
    const spans = [{ traceId, spanId, startTimeUnixNano, endTimeUnixNano }]
    const body = { resourceSpans: [{ scopeSpans: [{ spans }] }] }
    expect(spansOf(decodeTraceRequestJson(JSON.stringify(body)))).toEqual([{ ...SPAN, name: '' }])
  })

  test.each(['traceId', 'spanId', 'startTimeUnixNano', 'endTimeUnixNano'])(
    'a span without %s is rejected',
    (name) => {
      const result = decodeSpan({ [name]: undefined })
      expect(result).toMatchObject({
        ok: true,
        rejectedSpans: 1,
        errorMessage: expect.stringContaining(name),
      })
    },
  )

  test('an event or a link may be empty', () => {
    const [span] = spansOf(decodeSpan({ events: [{}], links: [{}, LINK] }))
    expect(span?.events).toEqual([{ timeUnixNano: '0', name: '', attributes: [] }])
    expect(span).toMatchObject({ links: [LINK], droppedLinksCount: 1 })
  })

  test('a value without a member, and an element that is null, are empty values', () => {
    const values = [{}, null, { later: 1 }, { stringValue: 'a' }]
    const [span] = spansOf(decodeSpan(withValue({ arrayValue: { values } })))
    expect(span?.attributes[0]?.value).toEqual({
      arrayValue: { values: [{}, {}, {}, { stringValue: 'a' }] },
    })
  })

  test('a list or a map without elements is empty', () => {
    for (const values of [undefined, null, []]) {
      expect(spansOf(decodeSpan(withValue({ arrayValue: { values } })))[0]?.attributes[0]?.value).toEqual({
        arrayValue: { values: [] },
      })
      expect(spansOf(decodeSpan(withValue({ kvlistValue: { values } })))[0]?.attributes[0]?.value).toEqual({
        kvlistValue: { values: [] },
      })
    }
  })

  test('an attribute without a key has an empty one', () => {
    const [span] = spansOf(decodeSpan({ attributes: [{ value: { boolValue: true } }, {}] }))
    expect(span?.attributes).toEqual([
      { key: '', value: { boolValue: true } },
      { key: '', value: {} },
    ])
  })
})

test('all members of resources, scopes, events and links are decoded', () => {
  const attributes = [{ key: 'tier', value: { stringValue: 'gold' } }]
  const request = {
    resourceSpans: [
      {
        resource: { attributes, droppedAttributesCount: 1 },
        scopeSpans: [
          {
            scope: { name: 'shop', version: '1.0.0', attributes },
            spans: [
              {
                ...SPAN,
                attributes,
                events: [{ timeUnixNano: '1', name: 'sold out', attributes, droppedAttributesCount: 2 }],
                links: [{ ...LINK, traceState: 'a=1', attributes, droppedAttributesCount: 3, flags: 257 }],
                status: { code: 1, message: 'fine' },
              },
            ],
            schemaUrl: 'https://opentelemetry.io/schemas/1.30.0',
          },
        ],
        schemaUrl: 'https://opentelemetry.io/schemas/1.29.0',
      },
    ],
  }
  expect(decodeTraceRequestJson(JSON.stringify(request))).toEqual({ ok: true, request, rejectedSpans: 0 })
})

test('of several rejected spans, the first problem is reported', () => {
  const spans = [SPAN, { ...SPAN, kind: 7 }, { ...SPAN, name: 5 }, { ...SPAN, traceId: '' }]
  const result = decodeTraceRequestJson(
    JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }, { scopeSpans: [{ spans: [null] }] }] }),
  )
  expect(result).toMatchObject({ ok: true, rejectedSpans: 4, errorMessage: 'kind 7 is unknown' })
})

describe('an engine whose JSON.parse does not provide source texts', () => {
  // Node.js 20. https://github.com/tc39/proposal-json-parse-with-source
  const { parse } = JSON
  afterEach(() => {
    vi.restoreAllMocks()
  })

  test.each([
    ['9007199254740991', '9007199254740991'],
    ['9007199254740993', '9007199254740992'],
    ['-9007199254740993', '-9007199254740992'],
    ['"9007199254740993"', '9007199254740993'],
  ])('the number %s becomes %s, since numbers beyond 2^53 are rounded', (text, intValue) => {
    vi.spyOn(JSON, 'parse').mockImplementation((body, reviver) =>
      parse(body, reviver && ((name, value) => (reviver as (...args: unknown[]) => unknown)(name, value))),
    )
    const result = decodeTraceRequestJson(
      JSON.stringify({
        resourceSpans: [{ scopeSpans: [{ spans: [{ ...SPAN, ...withValue({ intValue: 'N' }) }] }] }],
      }).replace('"N"', text),
    )
    expect(spansOf(result)[0]?.attributes[0]?.value).toEqual({ intValue })
  })
})
