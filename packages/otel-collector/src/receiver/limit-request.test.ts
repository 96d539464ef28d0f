import type { AnyValue, KeyValue, OtlpEvent, OtlpLink, ResourceSpans } from '@throughline/otel-shared'
import { describe, expect, test } from 'vitest'
import { readPartialSuccess } from '../../test/answers.ts'
import { getJson, startTestCollector } from '../../test/collector.ts'
import { attribute, makeRequest, makeSpan, postJson, postProtobuf } from '../../test/otlp.ts'
import { limitRequest } from './limit-request.ts'

const long = (length: number, letter = 'x') => letter.repeat(length)
const times = <Item>(count: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => make(index))

const EVENT: OtlpEvent = { timeUnixNano: '1', name: 'event', attributes: [] }
const LINK: OtlpLink = { traceId: long(32, 'a'), spanId: long(16, 'b'), attributes: [] }
const map = (...values: readonly KeyValue[]): AnyValue => ({ kvlistValue: { values } })
const list = (count: number, value: AnyValue): AnyValue => ({
  arrayValue: { values: times(count, () => value) },
})

test('a request within the limits is returned as the same object', () => {
  const request = makeRequest('shop', [
    makeSpan({
      name: long(1_024),
      attributes: [
        attribute(long(1_024), long(65_536)),
        attribute('list', { arrayValue: { values: [{}, {}] } }),
      ],
      events: times(1_024, () => ({ timeUnixNano: '1', name: 'event', attributes: [] })),
    }),
  ])
  expect(limitRequest(request)).toEqual({ request, cut: 0, dropped: 0 })
  expect(limitRequest(request).request).toBe(request)
})

describe('what exceeds a limit', () => {
  const limited = (fields: Parameters<typeof makeSpan>[0]) => {
    const { request, ...counts } = limitRequest(makeRequest('shop', [makeSpan(fields)]))
    return { span: request.resourceSpans[0]?.scopeSpans[0]?.spans[0], ...counts }
  }

  test.each([
    ['a name', { name: long(2_000) }, { name: long(1_024) }, { cut: 1, dropped: 0 }],
    [
      'a name, between code points',
      { name: `${long(1_023)}😀` },
      { name: long(1_023) },
      { cut: 1, dropped: 0 },
    ],
    [
      'a message',
      { status: { code: 2, message: long(70_000) } },
      { status: { code: 2, message: long(65_536) } },
      { cut: 1, dropped: 0 },
    ],
    [
      'a value',
      { attributes: [attribute('key', long(70_000))] },
      { attributes: [attribute('key', long(65_536))] },
      { cut: 1, dropped: 0 },
    ],
    [
      'bytes, to what can be decoded',
      { attributes: [attribute('key', { bytesValue: `${long(70_000, 'A')}` })] },
      { attributes: [attribute('key', { bytesValue: long(65_536, 'A') })] },
      { cut: 1, dropped: 0 },
    ],
    [
      'a value in a list',
      { attributes: [attribute('key', { arrayValue: { values: [{ stringValue: long(70_000) }] } })] },
      { attributes: [attribute('key', { arrayValue: { values: [{ stringValue: long(65_536) }] } })] },
      { cut: 1, dropped: 0 },
    ],
    [
      'a key, with its attribute',
      { attributes: [attribute(long(2_000), 1), attribute('key', 2)], droppedAttributesCount: 5 },
      { attributes: [attribute('key', 2)], droppedAttributesCount: 6 },
      { cut: 0, dropped: 1 },
    ],
    [
      'the number of attributes',
      { attributes: times(1_030, (index) => attribute(`k${index}`, index)) },
      { attributes: times(1_024, (index) => attribute(`k${index}`, index)), droppedAttributesCount: 6 },
      { cut: 0, dropped: 6 },
    ],
    [
      'the number of events',
      { events: times(1_025, () => ({ timeUnixNano: '1', name: 'e', attributes: [] })) },
      {
        events: times(1_024, () => ({ timeUnixNano: '1', name: 'e', attributes: [] })),
        droppedEventsCount: 1,
      },
      { cut: 0, dropped: 1 },
    ],
    [
      'the number of links',
      { links: times(1_025, () => ({ traceId: long(32, 'a'), spanId: long(16, 'b'), attributes: [] })) },
      {
        links: times(1_024, () => ({ traceId: long(32, 'a'), spanId: long(16, 'b'), attributes: [] })),
        droppedLinksCount: 1,
      },
      { cut: 0, dropped: 1 },
    ],
    [
      'tracestate, by whole members',
      { traceState: `a=${long(8_000)},b=${long(8_000)}` },
      { traceState: `a=${long(8_000)}` },
      { cut: 1, dropped: 0 },
    ],
    [
      'a tracestate of one member that is too long',
      { traceState: `a=${long(9_000)}` },
      { traceState: '' },
      { cut: 1, dropped: 0 },
    ],
    [
      'the tracestate of a link',
      { links: [{ ...LINK, traceState: `a=${long(8_000)},b=${long(8_000)}` }] },
      { links: [{ ...LINK, traceState: `a=${long(8_000)}` }] },
      { cut: 1, dropped: 0 },
    ],
    [
      'the name of an event',
      { events: [{ ...EVENT, name: long(2_000) }] },
      { events: [{ ...EVENT, name: long(1_024) }] },
      { cut: 1, dropped: 0 },
    ],
    [
      'a value of an event and of a link',
      {
        events: [{ ...EVENT, attributes: [attribute('key', long(70_000))] }],
        links: [{ ...LINK, attributes: [attribute('key', long(70_000))] }],
      },
      {
        events: [{ ...EVENT, attributes: [attribute('key', long(65_536))] }],
        links: [{ ...LINK, attributes: [attribute('key', long(65_536))] }],
      },
      { cut: 2, dropped: 0 },
    ],
    [
      'a key of a map, with its value',
      { attributes: [attribute('map', map(attribute(long(1_025), 1), attribute('kept', 2)))] },
      { attributes: [attribute('map', map(attribute('kept', 2)))] },
      { cut: 0, dropped: 1 },
    ],
    [
      'a value of a map',
      { attributes: [attribute('map', map(attribute('key', long(70_000))))] },
      { attributes: [attribute('map', map(attribute('key', long(65_536))))] },
      { cut: 1, dropped: 0 },
    ],
    [
      'the number of elements of a list',
      { attributes: [attribute('list', { arrayValue: { values: times(1_030, () => ({})) } })] },
      { attributes: [attribute('list', { arrayValue: { values: times(1_024, () => ({})) } })] },
      { cut: 0, dropped: 6 },
    ],
    [
      'a dropped count that would exceed 32 bits',
      { attributes: [attribute(long(2_000), 1)], droppedAttributesCount: 0xffffffff },
      { attributes: [], droppedAttributesCount: 0xffffffff },
      { cut: 0, dropped: 1 },
    ],
  ])('%s is truncated or dropped, and counted', (_, fields, expected, counts) => {
    const result = limited(fields)
    expect(result).toMatchObject(counts)
    expect(result.span).toMatchObject(expected)
  })

  const length = (value: unknown) => JSON.stringify(value).length
  // All strings, and up to 130 characters of ids, names of fields and punctuation for each value, which counts as 32.
  const MAX_JSON_LENGTH = 262_144 * (1 + 130 / 32)
  test.each<[string, Parameters<typeof makeSpan>[0]]>([
    ['attributes', { attributes: times(60, () => attribute('key', long(60_000))) }],
    ['keys', { attributes: times(1_000, () => attribute(long(1_000), true)) }],
    ['integers', { attributes: times(1_000, () => attribute('n', list(1_000, { intValue: '123' }))) }],
    ['empty values', { attributes: times(1_000, () => attribute('n', list(1_000, {}))) }],
    ['bytes', { attributes: times(60, () => attribute('key', { bytesValue: long(60_000, 'A') })) }],
    ['maps', { attributes: times(60, () => attribute('key', map(attribute('key', long(60_000))))) }],
    ['names of events', { events: times(1_000, () => ({ ...EVENT, name: long(1_000) })) }],
    ['events', { events: times(1_000, () => ({ ...EVENT, attributes: [attribute('k', long(9_000))] })) }],
    ['links', { links: times(1_000, () => ({ ...LINK, attributes: [attribute('k', long(9_000))] })) }],
    ['tracestates of links', { links: times(1_000, () => ({ ...LINK, traceState: `a=${long(4_000)}` })) }],
  ])('the total size of a span with many %s is limited', (_, fields) => {
    const { span, cut, dropped } = limited(fields)
    expect(cut + dropped).toBeGreaterThan(0)
    expect(length(span)).toBeLessThan(MAX_JSON_LENGTH)
  })

  test('the total size of a span is limited', () => {
    const { span, dropped } = limited({ attributes: times(60, () => attribute('key', long(60_000))) })
    expect(JSON.stringify(span).length).toBeLessThan(270_000)
    expect(span?.droppedAttributesCount).toBe(dropped)
    expect(dropped).toBeGreaterThan(50)
  })

  test.each([postJson, postProtobuf])(
    'truncated and dropped data is reported to the sender (%o)',
    async (send) => {
      const collector = await startTestCollector()
      const response = await send(
        collector.otlpUrl,
        makeRequest(long(5_000), [makeSpan({ name: long(5_000) })]),
      )
      expect(response.status).toBe(200)
      const partial = await readPartialSuccess(response)
      expect(Number(partial?.rejectedSpans ?? 0)).toBe(0)
      expect(partial?.errorMessage).toBe("2 texts were longer than the collector's limits and were cut")
      expect((await getJson(collector, '/api/v3/services')).body).toEqual({ services: [long(1_024)] })
    },
  )
})

describe('a resource and a scope', () => {
  const limited = (entry: Partial<ResourceSpans>) => {
    const resourceSpans = [{ resource: { attributes: [] }, scopeSpans: [], ...entry }]
    const { request, ...counts } = limitRequest({ resourceSpans })
    return { entry: request.resourceSpans[0], ...counts }
  }
  const url = (length: number) => `https://schema.example/${long(length - 23)}`

  test.each<[string, Partial<ResourceSpans>, Partial<ResourceSpans>, { cut: number; dropped: number }]>([
    [
      'the name of a service',
      { resource: { attributes: [attribute('service.name', long(2_000))] } },
      { resource: { attributes: [attribute('service.name', long(1_024))] } },
      { cut: 1, dropped: 0 },
    ],
    [
      'a key of a resource, with its attribute',
      { resource: { attributes: [attribute(long(1_025), 1)], droppedAttributesCount: 1 } },
      { resource: { attributes: [], droppedAttributesCount: 2 } },
      { cut: 0, dropped: 1 },
    ],
    [
      'the total size of a resource',
      { resource: { attributes: times(3, () => attribute('k', long(65_536 - 33))) } },
      {
        resource: {
          attributes: [attribute('k', long(65_536 - 33))],
          droppedAttributesCount: 2,
        },
      },
      { cut: 0, dropped: 2 },
    ],
    ['a schema URL', { schemaUrl: url(1_025) }, { schemaUrl: '' }, { cut: 1, dropped: 0 }],
    [
      'the name and the version of a scope',
      { scopeSpans: [{ scope: { name: long(2_000), version: long(2_000) }, spans: [] }] },
      { scopeSpans: [{ scope: { name: long(1_024), version: long(1_024) }, spans: [] }] },
      { cut: 2, dropped: 0 },
    ],
    [
      'the attributes of a scope',
      { scopeSpans: [{ scope: { name: 's', attributes: [attribute(long(1_025), 1)] }, spans: [] }] },
      { scopeSpans: [{ scope: { name: 's', attributes: [] }, spans: [] }] },
      { cut: 0, dropped: 1 },
    ],
    [
      'the schema URL of a scope',
      { scopeSpans: [{ scope: { name: 's' }, spans: [], schemaUrl: url(1_025) }] },
      { scopeSpans: [{ scope: { name: 's' }, spans: [], schemaUrl: '' }] },
      { cut: 1, dropped: 0 },
    ],
  ])('%s is limited', (_, entry, expected, counts) => {
    const result = limited(entry)
    expect(result).toMatchObject(counts)
    expect(result.entry).toMatchObject(expected)
  })

  test('a resource and a scope of the maximum sizes are unchanged', () => {
    const entry: ResourceSpans = {
      resource: { attributes: [attribute('service.name', long(1_024)), attribute('k', long(60_000))] },
      scopeSpans: [
        {
          scope: { name: long(1_024), version: long(1_024), attributes: [attribute('k', long(60_000))] },
          spans: [makeSpan()],
          schemaUrl: url(1_024),
        },
      ],
      schemaUrl: url(1_024),
    }
    const result = limited(entry)
    expect(result).toEqual({ entry, cut: 0, dropped: 0 })
    expect(result.entry?.scopeSpans).toBe(entry.scopeSpans)
  })
})
