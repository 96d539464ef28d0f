import { decodeTraceRequestJson } from '@throughline/otel-shared'
import { expect, test } from 'vitest'
import { byteLength, packBatches, toEncodedSpan, toJson } from './batches.ts'

const resource = JSON.stringify({ attributes: [{ key: 'service.name', value: { stringValue: 'test' } }] })
const span = (n: number, pad = '') => ({
  traceId: '1'.repeat(32),
  spanId: n.toString(16).padStart(16, '1'),
  name: `span ${n}${pad}`,
  kind: 1,
  startTimeUnixNano: '1790000000000000000',
  endTimeUnixNano: '1790000000000000001',
  attributes: [],
  events: [],
  links: [],
  status: {},
})

test('batches are within their limit and not empty, and have all spans', () => {
  const spans = Array.from({ length: 500 }, (_, n) =>
    toEncodedSpan(`{"name":"scope ${n % 3}"}`, span(n, 'ü'.repeat(n % 50))),
  )
  const batches = packBatches(resource, spans, 20_000)
  expect(batches.flatMap((batch) => batch.spans)).toHaveLength(500)
  for (const { body, sizeBytes } of batches) {
    expect(byteLength(body)).toBeLessThanOrEqual(20_000)
    expect(byteLength(body)).toBeLessThanOrEqual(sizeBytes)
  }
})

test('a batch is an OTLP request with one entry for each scope', () => {
  const spans = [0, 1, 2, 3].map((n) => toEncodedSpan(`{"name":"scope ${n % 2}"}`, span(n)))
  const [batch] = packBatches(resource, spans, 20_000)
  const decoded = decodeTraceRequestJson(batch?.body ?? '')
  expect(
    decoded.ok && decoded.request.resourceSpans[0]?.scopeSpans.map(({ spans: own }) => own.length),
  ).toEqual([2, 2])
})

test('a span that is larger than the limit gets a batch of its own', () => {
  const spans = [span(1), span(2, 'x'.repeat(5000)), span(3)].map((each) =>
    toEncodedSpan('{"name":"s"}', each),
  )
  expect(packBatches(resource, spans, 1500).map((batch) => batch.spans.length)).toEqual([1, 1, 1])
})

test('the size of a batch is counted in UTF-8', () => {
  for (const text of ['ascii', 'ü', '漢字', '😀', 'mixed ü 漢 😀']) {
    expect(byteLength(text)).toBe(new TextEncoder().encode(text).length)
  }
})

test.each([
  ['a\ud83d', '"a\\ufffd"'],
  ['\ude00b', '"\\ufffdb"'],
  ['😀', '"😀"'],
  ['\\ud83d', '"\\u005cud83d"'],
  ['\\\ud83d', '"\\u005c\\ufffd"'],
  ['"\n\u0001', '"\\u0022\\u000a\\u0001"'],
  [[null, undefined, true, 1e21, -0.5], '[null,null,true,1e+21,-0.5]'],
  [{ a: undefined, b: {}, c: [] }, '{"b":{},"c":[]}'],
  [{ 'k\ud83d': ['\udfff'] }, '{"k\\ufffd":["\\ufffd"]}'],
])('%j is written without lone surrogates', (value, json) => {
  expect(toJson(value)).toBe(json)
  expect(JSON.parse(toJson(value))).toBeDefined()
})
