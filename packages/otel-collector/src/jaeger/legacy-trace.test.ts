import type { AnyValue, OtlpSpan } from '@throughline/otel-shared'
import { describe, expect, test } from 'vitest'
import { attribute, EIGHT_O_CLOCK, spanAt, TRACE_ID } from '../../test/otlp.ts'
import { toLegacyProcess, toLegacySpan } from './legacy-trace.ts'

const SCOPE = { name: '' }
const convert = (fields: Partial<OtlpSpan>, scope: { name: string; version?: string } = SCOPE) =>
  toLegacySpan(spanAt(0, 1, fields), scope, 'p1')

describe('a process', () => {
  test('a process is a resource, with the service name and other attributes as tags', () => {
    const attributes = [attribute('host.id', 'h'), attribute('service.name', 'shop'), attribute('n', 1)]
    expect(toLegacyProcess({ attributes })).toEqual({
      serviceName: 'shop',
      tags: [
        { key: 'host.id', type: 'string', value: 'h' },
        { key: 'n', type: 'int64', value: 1 },
      ],
    })
  })

  test('a process without a name is an unknown service', () => {
    expect(toLegacyProcess({ attributes: [] }).serviceName).toBe('unknown_service')
    expect(toLegacyProcess({ attributes: [attribute('service.name', '')] }).serviceName).toBe(
      'unknown_service',
    )
  })
})

describe('the references of a span', () => {
  test('a root has no references', () => {
    expect(convert({}).references).toEqual([])
  })

  test('the references of a span are its parent, then its links', () => {
    const link = { traceId: 'b'.repeat(32), spanId: 'c'.repeat(16), attributes: [] }
    expect(convert({ parentSpanId: 'd'.repeat(16), links: [link] }).references).toEqual([
      { refType: 'CHILD_OF', traceID: TRACE_ID, spanID: 'd'.repeat(16) },
      { refType: 'FOLLOWS_FROM', traceID: link.traceId, spanID: link.spanId },
    ])
  })

  test('a link without a span id is not a reference', () => {
    const link = { traceId: '', spanId: '', attributes: [attribute('why', 'batch')] }
    expect(convert({ links: [link] }).references).toEqual([])
  })
})

test('times are microseconds, rounded down', () => {
  const { startTime, duration } = toLegacySpan(
    spanAt(0, 0, {
      startTimeUnixNano: String(EIGHT_O_CLOCK + 1_999n),
      endTimeUnixNano: String(EIGHT_O_CLOCK + 4_998n),
    }),
    SCOPE,
    'p1',
  )
  expect([startTime, duration]).toEqual([Number(EIGHT_O_CLOCK / 1000n) + 1, 2])
})

describe('a tag has the type of its attribute', () => {
  test.each<[AnyValue, string, unknown]>([
    [{ stringValue: 'a' }, 'string', 'a'],
    [{ boolValue: false }, 'bool', false],
    [{ intValue: '7' }, 'int64', 7],
    // JavaScript would parse a JSON number above 2^53 as another one.
    [{ intValue: '9007199254740993' }, 'int64', '9007199254740993'],
    [{ doubleValue: 0.5 }, 'float64', 0.5],
    [{ doubleValue: 'NaN' }, 'float64', 'NaN'],
    [{ bytesValue: 'AQID' }, 'binary', 'AQID'],
    [{ arrayValue: { values: [{ stringValue: 'a' }] } }, 'string', '["a"]'],
    [{ kvlistValue: { values: [{ key: 'k', value: { intValue: '1' } }] } }, 'string', '{"k":1}'],
    [{}, 'string', ''],
  ])('the value %j has its type', (value, type, legacy) => {
    expect(convert({ kind: 0, attributes: [{ key: 'k', value }] }).tags).toEqual([
      { key: 'k', type, value: legacy },
    ])
  })
})

describe('derived tags', () => {
  const tagsOf = (...parameters: Parameters<typeof convert>) =>
    Object.fromEntries(convert(...parameters).tags.map(({ key, value }) => [key, value]))

  test('an internal span without a status has no derived tags', () => {
    expect(tagsOf({ kind: 0 })).toEqual({})
  })

  test('derived tags are the scope, the kind and the tracestate', () => {
    expect(tagsOf({ kind: 4, traceState: 'a=1' }, { name: 'lib', version: '2' })).toEqual({
      'otel.scope.name': 'lib',
      'otel.scope.version': '2',
      'span.kind': 'producer',
      'w3c.tracestate': 'a=1',
    })
  })

  test('a span with the status OK has the tag otel.status_code', () => {
    expect(tagsOf({ kind: 0, status: { code: 1 } })).toEqual({ 'otel.status_code': 'OK' })
  })

  test('a failed span has the tags error, otel.status_code and otel.status_description', () => {
    expect(tagsOf({ kind: 0, status: { code: 2, message: 'declined' } })).toEqual({
      error: true,
      'otel.status_code': 'ERROR',
      'otel.status_description': 'declined',
    })
  })

  test('a derived tag replaces an attribute that contradicts it', () => {
    const { tags } = convert({ kind: 0, status: { code: 2 }, attributes: [attribute('error', false)] })
    expect(tags.filter(({ key }) => key === 'error')).toEqual([{ key: 'error', type: 'bool', value: true }])
  })

  test('an attribute that does not contradict a derived tag is kept', () => {
    const { tags } = convert({ kind: 0, attributes: [attribute('error', 'timeout')] })
    expect(tags).toEqual([{ key: 'error', type: 'string', value: 'timeout' }])
  })
})

test('an event is a log with its name as the field "event"', () => {
  const event = {
    timeUnixNano: String(EIGHT_O_CLOCK + 2_000_000n),
    name: 'exception',
    attributes: [attribute('exception.type', 'Error')],
  }
  expect(convert({ events: [event] }).logs).toEqual([
    {
      timestamp: Number(EIGHT_O_CLOCK / 1000n) + 2_000,
      fields: [
        { key: 'event', type: 'string', value: 'exception' },
        { key: 'exception.type', type: 'string', value: 'Error' },
      ],
    },
  ])
})
