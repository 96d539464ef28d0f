import { describe, expect, test } from 'vitest'
import {
  parseDuration,
  parseInteger,
  parseLimit,
  parseRfc3339,
  parseTagsJson,
  parseTraceIdParameter,
} from './parse-parameters.ts'
import { BadRequest } from './query-errors.ts'

describe('a duration', () => {
  test.each([
    ['0', 0n],
    ['1ns', 1n],
    ['1us', 1_000n],
    ['1µs', 1_000n],
    ['1μs', 1_000n],
    ['300ms', 300_000_000n],
    ['1.5s', 1_500_000_000n],
    ['.5s', 500_000_000n],
    ['2.s', 2_000_000_000n],
    ['1m30s', 90_000_000_000n],
    ['1h2m3s4ms', 3_723_004_000_000n],
  ])('the duration %s is %d ns', (text, nanos) => {
    expect(parseDuration('minDuration', text)).toBe(nanos)
  })

  test.each(['', '1', 's', '1x', '-1s', '1s2', '1 s', '1e3s', 'soon', `${'9'.repeat(30)}h`])(
    'the duration %j is invalid',
    (text) => {
      expect(() => parseDuration('minDuration', text)).toThrow(
        new BadRequest(`unable to parse param 'minDuration': invalid duration "${text}"`),
      )
    },
  )
})

describe('a time of RFC 3339', () => {
  test.each([
    ['1970-01-01T00:00:00Z', 0n],
    ['1970-01-01t00:00:01z', 1_000_000_000n],
    ['1970-01-01T00:00:00.5Z', 500_000_000n],
    ['1970-01-01T00:00:00.123456789Z', 123_456_789n],
    ['1970-01-01T01:00:00+01:00', 0n],
    ['1969-12-31T19:00:00-05:00', 0n],
    ['2026-11-21T08:00:00Z', 1_795_248_000_000_000_000n],
    ['1969-12-31T23:59:59.5Z', -500_000_000n],
    ['2024-02-29T00:00:00Z', 1_709_164_800_000_000_000n],
    ['2024-02-29t23:59:59.999999999z', 1_709_251_199_999_999_999n],
    ['2026-12-31T23:59:59-23:59', 1_798_847_939_000_000_000n],
    ['0000-01-01T00:00:00Z', -62_167_219_200_000_000_000n],
    ['9999-12-31T23:59:59Z', 253_402_300_799_000_000_000n],
  ])('the time %s is %d ns', (text, nanos) => {
    expect(parseRfc3339('start', text)).toBe(nanos)
  })

  test.each([
    '',
    'now',
    '1970-01-01',
    '1970-01-01T00:00:00',
    '1970-01-01 00:00:00Z',
    '1970-13-01T00:00:00Z',
    '1970-01-01T25:00:00Z',
    '1970-01-01T00:00:00.1234567890Z',
    '1970-01-01T00:00:00+0100',
    '1970-01-01T00:00:00+24:00',
    '1970-01-01T00:00:00+00:60',
    '1970-01-01T24:00:00Z',
    '1970-01-01T00:60:00Z',
    '1970-01-01T00:00:60Z',
    '1970-00-01T00:00:00Z',
    '1970-01-00T00:00:00Z',
    '1970-01-32T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2026-04-31T00:00:00+02:00',
    '1970-1-1T00:00:00Z',
    '+01970-01-01T00:00:00Z',
    '1970-01-01T00:00:00.Z',
    '1970-01-01T00:00:00,5Z',
    ' 1970-01-01T00:00:00Z',
    '1970-01-01T00:00:00Z\n',
  ])('the time %j is invalid', (text) => {
    expect(() => parseRfc3339('start', text)).toThrow(BadRequest)
    expect(() => parseRfc3339('start', text)).toThrow('malformed parameter start')
  })
})

describe('an integer', () => {
  test.each([
    ['0', 0n],
    ['-7', -7n],
    ['007', 7n],
    ['9'.repeat(18), 999_999_999_999_999_999n],
  ])('the limit %s is parsed', (text, value) => {
    expect(parseInteger('start', text)).toBe(value)
  })

  test.each(['', ' 1', '+1', '1.0', '1e3', '0x10', '9'.repeat(19), '--1'])(
    'the integer %j is invalid',
    (text) => {
      expect(() => parseInteger('start', text)).toThrow(BadRequest)
    },
  )
})

describe('a limit', () => {
  test('a limit is a number of traces from 1', () => {
    expect(parseLimit('limit', '1')).toBe(1)
    expect(parseLimit('limit', '1500')).toBe(1500)
  })

  test('a limit above 1,500 is 1,500', () => {
    expect(parseLimit('limit', '1501')).toBe(1500)
    expect(parseLimit('limit', '999999999999')).toBe(1500)
  })

  test.each(['0', '-1'])('the limit %s is invalid', (text) => {
    expect(() => parseLimit('limit', text)).toThrow(
      new BadRequest(`unable to parse param 'limit': "${text}" is less than 1`),
    )
  })
})

describe('a trace id', () => {
  test('a trace id is padded with leading zeros and in lower case', () => {
    expect(parseTraceIdParameter('traceID', 'ABC')).toBe(`${'0'.repeat(29)}abc`)
    expect(parseTraceIdParameter('traceID', 'f'.repeat(32))).toBe('f'.repeat(32))
  })

  test.each(['', 'g', 'f'.repeat(33), '0x1', 'a b'])('the trace id %j is invalid', (text) => {
    expect(() => parseTraceIdParameter('traceID', text)).toThrow(BadRequest)
  })
})

describe('tags in JSON', () => {
  test('the values of tags can be texts, numbers and booleans', () => {
    const tags = parseTagsJson('tags', '{"http.method":"GET","n":1.50,"error":true,"":""}')
    expect([...tags]).toEqual([
      ['http.method', 'GET'],
      ['n', '1.5'],
      ['error', 'true'],
      ['', ''],
    ])
  })

  test('tags can have the key __proto__', () => {
    expect([...parseTagsJson('tags', '{"__proto__":"x"}')]).toEqual([['__proto__', 'x']])
  })

  test.each([
    ['{', 'cannot unmarshal JSON'],
    ['', 'cannot unmarshal JSON'],
    ['[]', 'expecting a JSON object'],
    ['null', 'expecting a JSON object'],
    ['"a"', 'expecting a JSON object'],
    ['{"a":null}', 'expecting a text for "a"'],
    ['{"a":["b"]}', 'expecting a text for "a"'],
    ['{"a":{}}', 'expecting a text for "a"'],
  ])('the tags %j are invalid', (text, message) => {
    expect(() => parseTagsJson('tags', text)).toThrow(BadRequest)
    expect(() => parseTagsJson('tags', text)).toThrow(message)
  })
})
