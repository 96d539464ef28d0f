import { describe, expect, test } from 'vitest'
import { ACCEPTED_EXPORT, found, ids, response, SENT_MILLIS, target } from '../../../test/observed.ts'
import { RequestFailure } from '../../http/failure.ts'
import type { Response } from '../../http/request.ts'
import type { RelayObservation } from '../target/target.ts'
import { checkRelayAnswer, excerpt, isRefused } from './relay-answer.ts'
import { checkRelayClock } from './relay-clock.ts'
import { checkRelayExports } from './relay-exports.ts'

const ENDPOINT = 'https://www.example.com/v1/traces'
const FAILURE = new RequestFailure('closed', 'it was closed')
const JSON_TYPE = { 'content-type': 'application/json' }

const withRelay = (relay: Partial<RelayObservation>) =>
  target({
    relay: {
      url: new URL(ENDPOINT),
      preflight: undefined,
      empty: ACCEPTED_EXPORT,
      more: undefined,
      ...relay,
    },
  })
const answer = (relay: Partial<RelayObservation>) => found(checkRelayAnswer(withRelay(relay)))

describe('the status of the endpoint', () => {
  test.each([
    [199, 'relay-failed'],
    [300, 'relay-failed'],
    [301, 'relay-redirect'],
    [302, 'relay-redirect'],
    [304, 'relay-failed'],
    [307, 'relay-redirect'],
    [308, 'relay-redirect'],
    [400, 'relay-failed'],
    [401, 'relay-forbidden'],
    [403, 'relay-forbidden'],
    [404, 'relay-not-found'],
    [405, 'relay-not-found'],
    [410, 'relay-consent'],
    [413, 'relay-failed'],
    [415, 'relay-content-type'],
    [429, 'relay-failed'],
    [451, 'relay-consent'],
    [500, 'relay-failed'],
    [503, 'relay-failed'],
  ])('%i gives %s', (status, id) => {
    expect(ids(checkRelayAnswer(withRelay({ empty: response(JSON_TYPE, { status }) })))).toEqual([id])
  })

  test.each([200, 202, 204, 299])('%i is accepted', (status) => {
    expect(answer({ empty: response(JSON_TYPE, { status }) })).toEqual([])
  })

  test('comes with the start of the body, without secrets', () => {
    const body = `  bad\n\trequest password=hunter2hunter2 ${'x'.repeat(500)}`
    const [[, seen] = ['', '']] = answer({ empty: response({}, { status: 400, body }) })
    expect(seen).toMatch(/^https:\/\/www\.example\.com\/v1\/traces: status 400: bad request password=/)
    expect(seen).not.toContain('hunter2')
    expect(seen.length).toBeLessThan(200)
  })

  test.each([
    [
      'with an address',
      { location: 'https://ann:b@a.example/?key=secret' },
      ', location https://REDACTED@a.example/?key=REDACTED',
    ],
    ['without an address', {}, ''],
  ])('of a redirect is reported %s', (_, headers, location) => {
    const [[, seen] = ['', '']] = answer({
      empty: response(headers as Record<string, string>, { status: 301 }),
    })
    expect(seen.replace(/\/\/[^@/]*@/, '//REDACTED@')).toBe(`${ENDPOINT}: status 301${location}`)
  })
})

describe('an endpoint without a response', () => {
  test('has the cause', () => {
    expect(answer({ empty: FAILURE })).toEqual([['relay-unreachable', `${ENDPOINT}: it was closed`]])
  })

  test('has no other finding', () => {
    expect(checkRelayClock(withRelay({ empty: FAILURE }))).toEqual([])
    expect(checkRelayExports(withRelay({ empty: FAILURE }))).toEqual([])
  })
})

describe('the body of the endpoint', () => {
  test.each([
    ['is JSON', JSON_TYPE, '{}'],
    ['is JSON with a parameter', { 'content-type': 'Application/JSON; charset=utf-8' }, '{}'],
    ['is empty', {}, ''],
    ['is empty with another type', { 'content-type': 'text/plain' }, ''],
  ])('%s', (_, headers, body) => {
    expect(answer({ empty: response(headers as Record<string, string>, { body }) })).toEqual([])
  })

  test.each([
    [
      'is a page',
      { 'content-type': 'text/html' },
      '<!doctype html>',
      ['relay-html', 'status 200, text/html'],
    ],
    ['is a page of another type', JSON_TYPE, ' \n<html>', ['relay-html', 'status 200, application/json']],
    ['is a page without a type', {}, '<html>', ['relay-html', 'status 200, no content-type']],
    [
      'is a text',
      { 'content-type': 'text/plain' },
      'ok',
      ['relay-response-type', 'content-type text/plain: ok'],
    ],
    ['has no type', {}, '{}', ['relay-response-type', 'content-type (none): {}']],
    ['is white space', {}, ' ', ['relay-response-type', 'content-type (none)']],
    [
      'is another JSON',
      { 'content-type': 'application/problem+json' },
      '{}',
      ['relay-response-type', 'content-type application/problem+json: {}'],
    ],
  ])('%s', (_, headers, body, [id, seen]) => {
    expect(answer({ empty: response(headers as Record<string, string>, { body }) })).toEqual([
      [id, `${ENDPOINT}: ${seen}`],
    ])
  })
})

describe('CORS of the endpoint', () => {
  const ORIGIN = { 'access-control-allow-origin': 'https://www.example.com' }
  const allows = (headers: string) =>
    response({ ...ORIGIN, 'access-control-allow-headers': headers }, { status: 204 })
  const empty = response({ ...JSON_TYPE, ...ORIGIN }, { body: '{}' })

  test.each([
    ['allows the content type', allows('content-type')],
    ['allows the content type among others', allows('Authorization,Content-Type')],
    ['allows every header', allows('*')],
  ])('%s', (_, preflight) => {
    expect(answer({ preflight, empty })).toEqual([])
  })

  test.each([
    ['has no response', FAILURE, 'it was closed'],
    ['refuses the preflight', response(ORIGIN, { status: 300 }), 'OPTIONS answered 300'],
    ['names no origin', response({}), 'OPTIONS: access-control-allow-origin is absent'],
    [
      'names another origin',
      response({ 'access-control-allow-origin': 'null' }),
      'OPTIONS: access-control-allow-origin null',
    ],
    ['names no headers', response(ORIGIN), 'OPTIONS: access-control-allow-headers lacks content-type'],
    [
      'names only a longer header',
      allows('x-content-type-options'),
      'OPTIONS: access-control-allow-headers lacks content-type',
    ],
  ])('%s', (_, preflight, seen) => {
    expect(answer({ preflight, empty })).toEqual([['relay-cors', `${ENDPOINT}: ${seen}`]])
  })

  test('is needed in the response to the export as well', () => {
    expect(answer({ preflight: allows('*'), empty: ACCEPTED_EXPORT })).toEqual([
      ['relay-cors', `${ENDPOINT}: POST: access-control-allow-origin is absent`],
    ])
  })

  test('is not checked when the endpoint refuses', () => {
    expect(
      ids(checkRelayAnswer(withRelay({ preflight: FAILURE, empty: response({}, { status: 404 }) }))),
    ).toEqual(['relay-not-found'])
  })
})

describe('the clock of the endpoint', () => {
  const check = (date: string, fields: Partial<Response> = {}) =>
    checkRelayClock(withRelay({ empty: response({ date }, fields) }))
  /** The findings for a `Date` of whole seconds, whose request was sent at another part of a second. */
  const ahead = (millis: number) =>
    check(new Date(SENT_MILLIS).toUTCString(), {
      sentMillis: SENT_MILLIS - millis,
      receivedMillis: SENT_MILLIS - millis,
    })

  test.each([
    [0, []],
    [1_000, []],
    [1_001, ['warning']],
    [60_000, ['warning']],
    [60_001, ['error']],
    [-2_000, []],
    [-2_001, ['warning']],
    [-61_000, ['warning']],
    [-61_001, ['error']],
  ])('is %i ms ahead: %j', (millis, severities) => {
    expect(ahead(millis).map(({ severity }) => severity)).toEqual(severities)
  })

  test.each([
    [5_000, `${ENDPOINT}: its Date is 6 s ahead of this machine`],
    [-5_000, `${ENDPOINT}: its Date is 5 s behind this machine`],
  ])('%i ms ahead is rounded', (millis, seen) => {
    expect(ahead(millis)[0]?.seen).toBe(seen)
  })

  test('is uncertain by half of the time of the request', () => {
    const date = new Date(SENT_MILLIS + 6_000).toUTCString()
    expect(check(date, { receivedMillis: SENT_MILLIS + 10_000 })).toEqual([])
    expect(check(date, { receivedMillis: SENT_MILLIS + 1_000 })).toHaveLength(1)
  })

  test.each(['', 'now', 'Sun, 01 Nov 2026 00:00:00 GMT, Sun, 01 Nov 2026 00:00:00 GMT'])(
    'is unknown for %j',
    (date) => {
      expect(check(date)).toEqual([])
    },
  )

  test('is unknown without Date', () => {
    expect(checkRelayClock(withRelay({ empty: response() }))).toEqual([])
  })
})

describe('further exports', () => {
  const more = { spans: ACCEPTED_EXPORT, large: ACCEPTED_EXPORT, compressed: ACCEPTED_EXPORT }
  const check = (changes: Partial<NonNullable<RelayObservation['more']>>) =>
    checkRelayExports(withRelay({ more: { ...more, ...changes } }))
  const refused = response({}, { status: 413, body: 'too large' })

  test.each([
    ['are accepted', {}],
    ['are not compressed to another origin', { compressed: undefined }],
    [
      'are accepted with an empty partial success',
      { spans: response({}, { body: '{"partialSuccess":{}}' }) },
    ],
    [
      'are accepted when no span is rejected',
      { spans: response({}, { body: '{"partialSuccess":{"rejectedSpans":"0"}}' }) },
    ],
    ['are accepted with a body that is no JSON', { spans: response({}, { body: 'ok' }) }],
    ['are accepted with a status above 200', { spans: response({}, { status: 299 }) }],
  ])('%s', (_, changes) => {
    expect(check(changes)).toEqual([])
  })

  test.each([
    [
      'with spans are refused',
      { spans: refused },
      'relay-failed',
      'an export with spans: status 413: too large',
    ],
    [
      'with spans have no response',
      { spans: FAILURE },
      'relay-failed',
      'an export with spans: it was closed',
    ],
    [
      'that are compressed are refused',
      { compressed: refused },
      'relay-gzip',
      'an export with content-encoding gzip: status 413: too large',
    ],
    [
      'that are compressed have no response',
      { compressed: FAILURE },
      'relay-gzip',
      'an export with content-encoding gzip: it was closed',
    ],
    [
      'that are large are refused',
      { large: refused },
      'relay-size-limit',
      'an export of 100 kB: status 413: too large',
    ],
    [
      'that are large have no response',
      { large: FAILURE },
      'relay-size-limit',
      'an export of 100 kB: it was closed',
    ],
  ])('%s', (_, ...[changes, id, seen]) => {
    expect(found(check(changes as Partial<typeof more>))).toEqual([[id, `${ENDPOINT}: ${seen}`]])
  })

  test.each([
    ['a warning', 'disk full', 'warning'],
    ['a note for a list of service names', 'this service.name may not be sent', 'note'],
  ])('of which spans are rejected are %s', (_, errorMessage, severity) => {
    const body = JSON.stringify({ partialSuccess: { rejectedSpans: '2', errorMessage } })
    expect(check({ spans: response({}, { body }) })).toMatchObject([{ id: 'relay-rejected-spans', severity }])
  })

  test('have a finding each', () => {
    expect(ids(check({ spans: FAILURE, large: FAILURE, compressed: FAILURE }))).toEqual([
      'relay-failed',
      'relay-gzip',
      'relay-size-limit',
    ])
  })
})

describe('the start of a body', () => {
  test.each([
    ['is absent for an empty body', '', ''],
    ['is absent for white space', ' \n\t', ''],
    ['has one space for each white space', ' a\r\n\t b ', ': a b'],
    ['is whole at 120 characters', 'a'.repeat(120), `: ${'a'.repeat(120)}`],
  ])('%s', (_, body, expected) => {
    expect(excerpt(response({}, { body }))).toBe(expected)
  })

  test('has at most 120 characters', () => {
    expect(excerpt(response({}, { body: 'a'.repeat(121) })).length).toBeLessThanOrEqual(122)
  })
})

test.each([
  [199, true],
  [200, false],
  [299, false],
  [300, true],
])('whether the status %i refuses: %s', (status, expected) => {
  expect(isRefused(response({}, { status }))).toBe(expected)
})
