import { describe, expect, test } from 'vitest'
import { CONTINUED, found, ids, response, SPAN_ID, TRACE_ID, target } from '../../../test/observed.ts'
import { RequestFailure } from '../../http/failure.ts'
import type { ApiObservation } from '../target/target.ts'
import { allowsOrigin, checkCors } from './cors.ts'

const API = new URL('https://api.example/v1')
const ORIGIN = 'https://www.example.com'
const HEADERS = 'traceparent, tracestate, baggage'

/** An API that allows the page everything. */
const PREFLIGHT = { 'access-control-allow-origin': ORIGIN, 'access-control-allow-headers': HEADERS }
const ANSWER = {
  'access-control-allow-origin': ORIGIN,
  'server-timing': CONTINUED,
  'timing-allow-origin': ORIGIN,
}

interface Changes {
  readonly preflight?: ApiObservation['preflight']
  readonly answer?: ApiObservation['preflight']
  readonly isListed?: boolean
  readonly head?: string
}

function check({
  preflight = response(PREFLIGHT, { status: 204 }),
  answer = response(ANSWER),
  isListed = true,
  head,
}: Changes) {
  const traced = { url: API, traceId: TRACE_ID, spanId: SPAN_ID, response: answer }
  const page = head === undefined ? {} : { head }
  return checkCors(target({ page, apis: [{ url: API, isListed, preflight, traced }] }))
}

test('an API that allows the page everything has no finding', () => {
  expect(check({})).toEqual([])
})

describe('the list of the page', () => {
  test.each([
    ['lacks the API', { isListed: false }, ['cors-not-propagated']],
    ['is not known without the script tag', { isListed: false, head: '' }, []],
  ])('%s', (_, changes, expected) => {
    expect(ids(check(changes))).toEqual(expected)
  })
})

describe('the status of the preflight', () => {
  test.each([
    [199, ['cors-preflight-status']],
    [200, []],
    [299, []],
    [300, ['cors-preflight-status']],
    [401, ['cors-preflight-status']],
    [500, ['cors-preflight-status']],
  ])('%i gives %j', (status, expected) => {
    expect(ids(check({ preflight: response(PREFLIGHT, { status }) }))).toEqual(expected)
  })
})

describe('the allowed origin', () => {
  test.each([
    ['is that of the page', ORIGIN, true],
    ['is every origin', '*', true],
    ['is another origin', 'https://example.com', false],
    ['is the origin with a slash', `${ORIGIN}/`, false],
    ['is the origin in upper case', ORIGIN.toUpperCase(), false],
    ['is the origin of http:', 'http://www.example.com', false],
    ['is the word null', 'null', false],
    ['is a list', `${ORIGIN}, https://b.example`, false],
    ['is empty', '', false],
  ])('%s: %s', (_, value, expected) => {
    expect(allowsOrigin(response({ 'access-control-allow-origin': value }), ORIGIN)).toBe(expected)
  })

  test.each([
    [
      'is absent in the preflight',
      { preflight: response({}) },
      'OPTIONS: access-control-allow-origin is absent',
    ],
    [
      'is absent in the response',
      { answer: response({ ...ANSWER, 'access-control-allow-origin': [] }) },
      'GET: access-control-allow-origin is absent',
    ],
    [
      'is another one in the preflight',
      { preflight: response({ 'access-control-allow-origin': 'https://b.example' }) },
      'OPTIONS: access-control-allow-origin https://b.example',
    ],
  ])('%s', (_, changes, seen) => {
    expect(found(check(changes))).toEqual([['cors-origin', `https://api.example/v1: ${seen}`]])
  })

  test.each([
    [399, ['cors-origin']],
    [400, []],
    [404, []],
  ])('that is absent in a response of status %i gives %j', (status, expected) => {
    expect(ids(check({ answer: response({}, { status }) }))).toEqual(expected)
  })

  test('is reported once when the preflight and the response lack it', () => {
    expect(ids(check({ preflight: response({}), answer: response({}) }))).toEqual(['cors-origin'])
  })
})

describe('the allowed headers', () => {
  test.each([
    ['are those of traces', HEADERS, undefined],
    ['are every header', '*', undefined],
    ['can have any case and others', 'X-A,TraceParent,TRACESTATE , baggage', undefined],
    ['lack one of them', 'traceparent, baggage', 'lacks tracestate'],
    ['lack all of them', 'content-type', 'lacks baggage, traceparent, tracestate'],
    ['only contain a longer name', 'x-traceparent, tracestate, baggage', 'lacks traceparent'],
    ['are empty', '', 'lacks baggage, traceparent, tracestate'],
  ])('%s', (_, value, seen) => {
    const findings = check({ preflight: response({ ...PREFLIGHT, 'access-control-allow-headers': value }) })
    const expected = `https://api.example/v1: access-control-allow-headers ${seen}`
    expect(found(findings)).toEqual(seen === undefined ? [] : [['cors-headers', expected]])
  })

  test.each([
    ['a warning without baggage', 'traceparent, tracestate', 'warning'],
    ['an error without tracestate', 'traceparent, baggage', 'error'],
    ['an error without two of them', 'traceparent', 'error'],
  ])('are %s', (_, value, severity) => {
    const [finding] = check({ preflight: response({ ...PREFLIGHT, 'access-control-allow-headers': value }) })
    expect(finding?.severity).toBe(severity)
  })
})

describe('the timing that the page may read', () => {
  const check2 = (headers: Record<string, string | string[]>) =>
    found(check({ answer: response({ ...ANSWER, ...headers }) }))

  test.each([
    ['is that of every origin', '*'],
    ['is that of a list', `https://b.example, ${ORIGIN}`],
  ])('%s', (_, value) => {
    expect(check2({ 'timing-allow-origin': value })).toEqual([])
  })

  test.each([
    ['is absent', [], 'is absent'],
    ['is that of another origin', 'https://b.example', 'https://b.example'],
    ['is that of the origin with a slash', `${ORIGIN}/`, `${ORIGIN}/`],
  ])('%s', (_, value, seen) => {
    expect(check2({ 'timing-allow-origin': value })).toEqual([
      ['cors-timing', `https://api.example/v1: timing-allow-origin ${seen}`],
    ])
  })

  test('is not asked for without a trace in the response', () => {
    expect(check2({ 'timing-allow-origin': [], 'server-timing': 'edge;dur=1' })).toEqual([])
  })
})

describe('the trace of the response', () => {
  test.each([
    ['is that of the request', CONTINUED, []],
    ['is a new one', CONTINUED.replace(TRACE_ID, 'f'.repeat(32)), ['edge-new-trace']],
    ['is not sampled', CONTINUED.replace('-01"', '-00"'), ['edge-not-sampled']],
    ['is malformed', 'traceparent;desc=x', ['edge-bad-traceparent']],
  ])('%s', (_, timing, expected) => {
    expect(ids(check({ answer: response({ ...ANSWER, 'server-timing': timing }) }))).toEqual(expected)
  })
})

describe('an API without a response', () => {
  const failure = new RequestFailure('refused', 'it refuses')

  test.each([
    ['to the preflight', { preflight: failure }],
    ['to the request', { answer: failure }],
    ['to either', { preflight: failure, answer: failure }],
  ])('%s has one finding', (_, changes) => {
    expect(found(check(changes))).toEqual([['cors-unreachable', 'https://api.example/v1: it refuses']])
  })

  test('is also reported as not listed', () => {
    expect(ids(check({ preflight: failure, isListed: false }))).toEqual([
      'cors-not-propagated',
      'cors-unreachable',
    ])
  })
})
