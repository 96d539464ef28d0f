import { describe, expect, test } from 'vitest'
import {
  CONTINUED,
  found,
  ids,
  PAGE_URL,
  response,
  SPAN_ID,
  TRACE_ID,
  target,
} from '../../../test/observed.ts'
import { RequestFailure } from '../../http/failure.ts'
import { checkEdge } from './edge.ts'

const check = (headers: Record<string, string>) =>
  checkEdge(
    target({ traced: { url: PAGE_URL, traceId: TRACE_ID, spanId: SPAN_ID, response: response(headers) } }),
  )
const traceparent = (value: string) => `traceparent;desc="${value}"`

describe('the response to a traced request', () => {
  test.each([
    ['names a sampled span of the trace', CONTINUED, []],
    ['can have the flag of a random id as well', CONTINUED.replace('-01"', '-03"'), []],
    ['can have another version of the header', CONTINUED.replace('"00-', '"01-'), []],
    ['can have other metrics', `edge;dur=1, ${CONTINUED}, cache;desc=hit`, []],
    ['names an unsampled span', CONTINUED.replace('-01"', '-00"'), ['edge-not-sampled']],
    ['names an unsampled span with a random id', CONTINUED.replace('-01"', '-02"'), ['edge-not-sampled']],
    ['names a span of another trace', CONTINUED.replace(TRACE_ID, 'f'.repeat(32)), ['edge-new-trace']],
    [
      'names an unsampled span of another trace',
      traceparent(`00-${'f'.repeat(32)}-${SPAN_ID}-00`),
      ['edge-new-trace'],
    ],
    ['names two spans', `${CONTINUED}, ${CONTINUED}`, ['edge-duplicate-traceparent']],
    [
      'names two spans, of which the first is malformed',
      `${traceparent('x')}, ${CONTINUED}`,
      ['edge-bad-traceparent'],
    ],
    ['names an empty span', traceparent(''), ['edge-bad-traceparent']],
    ['names a span of zeros', traceparent(`00-${TRACE_ID}-${'0'.repeat(16)}-01`), ['edge-bad-traceparent']],
    ['names a version that is invalid', CONTINUED.replace('"00-', '"ff-'), ['edge-bad-traceparent']],
    ['names more than version 00 has', CONTINUED.replace('-01"', '-01-x"'), ['edge-bad-traceparent']],
  ])('%s', (_, timing, expected) => {
    expect(ids(check({ 'server-timing': timing }))).toEqual(expected)
  })

  test.each([
    ['no header', {}, ['edge-no-traceparent', 'Server-Timing is absent']],
    [
      'other metrics',
      { 'server-timing': 'edge;dur=1' },
      ['edge-no-traceparent', 'Server-Timing has no metric traceparent'],
    ],
    ['a shared cache', { 'cache-control': 'max-age=60' }, ['edge-cached-page', 'cache-control max-age=60']],
    [
      'a CDN',
      { 'cdn-cache-control': 'max-age=60' },
      ['edge-cached-page', 'shared caching is allowed by another header than cache-control'],
    ],
    [
      'a cache of the browser',
      { 'cache-control': 'private, max-age=60' },
      ['edge-no-traceparent', 'Server-Timing is absent'],
    ],
  ])('names no trace with %s', (_, headers, [id, seen]) => {
    expect(found(check(headers as Record<string, string>))).toEqual([
      [id, `https://www.example.com/: ${seen}`],
    ])
  })

  test('is absent', () => {
    const failure = new RequestFailure('timeout', 'it took too long')
    const url = new URL('https://www.example.com/?a=secret')
    const traced = { url, traceId: TRACE_ID, spanId: SPAN_ID, response: failure }
    expect(found(checkEdge(target({ traced })))).toEqual([
      ['edge-unreachable', 'https://www.example.com/?a=REDACTED: it took too long'],
    ])
  })

  test('is quoted when it is malformed', () => {
    expect(found(check({ 'server-timing': traceparent('a\tb') }))).toEqual([
      ['edge-bad-traceparent', String.raw`https://www.example.com/: "a\tb"`],
    ])
  })
})
