import { describe, expect, test } from 'vitest'
import { readPartialSuccess } from '../../test/answers.ts'
import { getJson, startTestCollector } from '../../test/collector.ts'
import { attribute, makeRequest, makeSpan, postJson, postProtobuf } from '../../test/otlp.ts'
import { limitRequest } from './limit-request.ts'

const long = (length: number, letter = 'x') => letter.repeat(length)
const times = <Item>(count: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => make(index))

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
  ])('%s is truncated or dropped, and counted', (_, fields, expected, counts) => {
    const result = limited(fields)
    expect(result).toMatchObject(counts)
    expect(result.span).toMatchObject(expected)
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
