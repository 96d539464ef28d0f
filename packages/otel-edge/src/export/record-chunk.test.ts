import { decodeTraceRequestJson } from '@throughline/otel-shared'
import { describe, expect, test } from 'vitest'
import { spanLimits } from '../config/span-limits.ts'
import type { SpanRecord } from '../core/span-record.ts'
import { MAX_BYTES, PendingRecords, sizeOf } from './pending-records.ts'
import { type RecordChunk, RecordChunkWriter, wellFormed } from './record-chunk.ts'

const limits = spanLimits({ spanLimits: {} })
const scope = { name: 'test', version: '1' }

const record = (more: Partial<SpanRecord> = {}): SpanRecord => ({
  traceId: 'a'.repeat(32),
  spanId: 'b'.repeat(16),
  parentSpanId: undefined,
  traceState: undefined,
  flags: 0x101,
  name: 'GET /',
  kind: 1,
  startMillis: 1_790_000_000_000,
  endMillis: 1_790_000_000_001.5,
  attributes: [],
  events: undefined,
  links: undefined,
  status: undefined,
  dropped: undefined,
  scope,
  ...more,
})

const textOf = (chunk: RecordChunk | undefined) => new TextDecoder().decode(chunk?.bytes)

/** The spans that a collector decodes from a chunk. */
function spansOf(chunk: RecordChunk | undefined) {
  const decoded = decodeTraceRequestJson(
    `{"resourceSpans":[{"resource":{"attributes":[]},"scopeSpans":[{"scope":{"name":"s"},"spans":[${textOf(chunk)}]}]}]}`,
  )
  if (!decoded.ok) throw new Error(textOf(chunk))
  return decoded.request.resourceSpans[0]?.scopeSpans[0]?.spans ?? []
}

function write(...records: (SpanRecord | string)[]): RecordChunk | undefined {
  const writer = new RecordChunkWriter(scope, limits)
  for (const each of records) writer.write(each)
  return writer.seal()
}

describe('spans of a chunk', () => {
  test('are decoded by a collector', () => {
    const spans = spansOf(
      write(
        record({
          parentSpanId: 'c'.repeat(16),
          traceState: 'vendor=1',
          attributes: ['http.route', '/', 'absent', undefined, 'count', 3, 'part', 0.5, 'list', ['a', 'b']],
          events: [
            { name: 'e', timeMillis: 1_790_000_000_000.25, attributes: ['n', 1], droppedAttributesCount: 2 },
          ],
          links: [
            {
              traceId: 'd'.repeat(32),
              spanId: 'e'.repeat(16),
              flags: 0x301,
              attributes: [],
              droppedAttributesCount: 0,
            },
          ],
          status: { code: 2, message: 'no' },
          dropped: { droppedAttributesCount: 1, droppedEventsCount: 2, droppedLinksCount: 3 },
        }),
      ),
    )
    expect(spans).toMatchObject([
      {
        traceId: 'a'.repeat(32),
        parentSpanId: 'c'.repeat(16),
        traceState: 'vendor=1',
        name: 'GET /',
        kind: 2,
        startTimeUnixNano: '1790000000000000000',
        endTimeUnixNano: '1790000000001500000',
        attributes: [{ key: 'http.route' }, { key: 'count' }, { key: 'part' }, { key: 'list' }],
        events: [{ name: 'e', timeUnixNano: '1790000000000250000', droppedAttributesCount: 2 }],
        links: [{ traceId: 'd'.repeat(32), spanId: 'e'.repeat(16), flags: 0x301 }],
        status: { code: 2, message: 'no' },
        droppedAttributesCount: 1,
        droppedEventsCount: 2,
        droppedLinksCount: 3,
      },
    ])
  })

  test.each([
    ['quotes and backslashes', 'a "b" \\ c'],
    ['control characters', 'a\n\u0000\u001f'],
    ['every plane', 'ü 漢 😀'],
    ['an escape as text', '\\ud83d'],
  ])('keep a name with %s', (_, name) => {
    expect(spansOf(write(record({ name })))[0]?.name).toBe(name)
  })

  test.each([
    [1_790_000_000_000, '1790000000000000000'],
    [1_790_000_000_000.125, '1790000000000125000'],
  ])('have the time %d as %s', (startMillis, nanos) => {
    expect(BigInt(spansOf(write(record({ startMillis })))[0]?.startTimeUnixNano ?? -1)).toBe(BigInt(nanos))
  })

  test('have their own attributes when a value changes from span to span', () => {
    const values = ['a', 'a', 'b', 1, 1, true, 'a', ['a'], ['b']]
    const spans = spansOf(write(...values.map((value) => record({ attributes: ['key', value] as never }))))
    expect(spans.map(({ attributes }) => JSON.stringify(attributes[0]?.value))).toEqual(
      values.map((value) =>
        JSON.stringify(
          spansOf(write(record({ attributes: ['key', value] as never })))[0]?.attributes[0]?.value,
        ),
      ),
    )
    expect(new Set(spans.map(({ attributes }) => JSON.stringify(attributes))).size).toBe(6)
  })

  test.each<[string, Partial<SpanRecord>]>([
    ['a name', { name: 'x'.repeat(2000) }],
    ['a message', { status: { code: 2, message: 'x'.repeat(2000) } }],
    [
      'the name of an event',
      { events: [{ name: 'x'.repeat(2000), timeMillis: 0, attributes: [], droppedAttributesCount: 0 }] },
    ],
  ])('are truncated in %s of more than 1024 characters', (_, more) => {
    const [span] = spansOf(write(record(more)))
    const texts = [span?.name, span?.status?.message, span?.events?.[0]?.name].map(
      (text) => text?.length ?? 0,
    )
    expect(Math.max(...texts)).toBe(1024)
  })
})

describe('a chunk', () => {
  test('has the scope and the number of its spans', () => {
    expect(write(record(), record(), '{"body":1}')).toMatchObject({ scope, spanCount: 3 })
    expect(write()).toBeUndefined()
  })

  test('is complete with 24 KiB', () => {
    const writer = new RecordChunkWriter(scope, limits)
    const json = JSON.stringify('x'.repeat(10_000))
    expect([writer.write(json), writer.write(json)]).toEqual([undefined, undefined])
    const complete = writer.write(json)
    expect(complete?.spanCount).toBe(3)
    expect(complete?.bytes.length).toBeLessThan(128_000)
    expect(writer.seal()).toBeUndefined()
  })

  test('keeps the other spans when one cannot be written', () => {
    const writer = new RecordChunkWriter(scope, limits)
    writer.write(record({ name: 'first' }))
    expect(() => writer.write(record({ attributes: null as never }))).toThrow(TypeError)
    expect(() => writer.write(JSON.stringify('x'.repeat(512 * 1024)))).toThrow(RangeError)
    writer.write(record({ name: 'last' }))
    const chunk = writer.seal()
    expect(chunk?.spanCount).toBe(2)
    expect(spansOf(chunk).map(({ name }) => name)).toEqual(['first', 'last'])
  })
})

// https://www.rfc-editor.org/rfc/rfc8259#section-8.2
describe('lone surrogates become U+FFFD in JSON', () => {
  test.each([
    ['a\ud83d', 'a\ufffd'],
    ['\ude00b', '\ufffdb'],
    ['\ud83d\ud83d', '\ufffd\ufffd'],
    ['😀', '😀'],
    ['\\ud83d', '\\ud83d'],
    ['\\\ud83d', '\\\ufffd'],
    ['\\\\ud83d', '\\\\ud83d'],
    ['"\ud83d"', '"\ufffd"'],
    ['plain', 'plain'],
  ])('%j', (text, expected) => {
    expect(JSON.parse(wellFormed(JSON.stringify(text)))).toBe(expected)
  })
})

describe('records that wait to be sent', () => {
  const json = (length: number) => JSON.stringify('x'.repeat(length))

  test('are taken oldest first, after they were sealed', () => {
    const pending = new PendingRecords(limits)
    expect(pending.isEmpty).toBe(true)
    pending.add(record({ name: 'a' }), scope)
    pending.add(record({ name: 'b' }), scope)
    expect([pending.isEmpty, pending.take()]).toEqual([false, []])
    pending.seal()
    const batch = pending.take()
    expect(batch.flatMap(spansOf).map(({ name }) => name)).toEqual(['a', 'b'])
    expect([pending.isEmpty, pending.sizeBytes]).toEqual([true, 0])
  })

  test('are in one chunk for each scope and version', () => {
    const pending = new PendingRecords(limits)
    for (const each of [scope, { name: 'other' }, { ...scope }, { ...scope, version: '2' }]) {
      pending.add(record(), each)
    }
    pending.seal()
    expect(
      pending.take().map(({ scope: { name, version }, spanCount }) => [name, version, spanCount]),
    ).toEqual([
      ['test', '1', 2],
      ['other', undefined, 1],
      ['test', '2', 1],
    ])
  })

  test('are taken up to 1 MiB, or one by one', () => {
    const pending = new PendingRecords(limits)
    for (let n = 0; n < 10; n++) pending.add(json(300_000), scope)
    expect(pending.sizeBytes).toBeGreaterThan(3_000_000)
    expect(pending.take()).toHaveLength(3)
    expect(pending.take(1)).toHaveLength(1)
    expect(pending.take(100)).toHaveLength(6)
    expect(pending.sizeBytes).toBe(0)
  })

  test('are put back up to 16 MiB, and the rest is counted', () => {
    const pending = new PendingRecords(limits)
    for (let n = 0; n < 50; n++) pending.add(json(500_000), scope)
    const all = pending.take(50)
    expect(sizeOf(all)).toBeGreaterThan(MAX_BYTES)
    const dropped = pending.putBack(all)
    expect(dropped).toBeGreaterThan(0)
    expect(pending.sizeBytes).toBeLessThanOrEqual(MAX_BYTES + 600_000)
    expect(pending.take(50)).toHaveLength(50 - dropped)
  })
})
