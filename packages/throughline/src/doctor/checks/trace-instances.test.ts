import { describe, expect, test } from 'vitest'
import { found, span, target, withTrace } from '../../../test/observed.ts'
import type { TraceSpan } from '../trace/trace-span.ts'
import { checkTraceInstances } from './trace-instances.ts'

const check = (...spans: readonly TraceSpan[]) => found(checkTraceInstances(withTrace(spans)))
const version = (value: string) => ({ resource: [{ key: 'service.version', value }] })

test('without a backend there is no finding', () => {
  expect(checkTraceInstances(target())).toEqual([])
})

describe('a service', () => {
  test('has one version', () => {
    expect(check(span(version('1')), span(version('1')), span())).toEqual([])
    expect(check(span(version('2')), span(version('1')), span(version('2')))).toEqual([
      ['trace-versions', 'gateway has the versions 1, 2'],
    ])
  })

  test('can have another version than another service', () => {
    expect(check(span(version('1')), span({ ...version('2'), service: 'shop' }))).toEqual([])
  })
})

describe('equal calls', () => {
  const attributes = (url: string, method = 'GET') => [
    { key: 'http.request.method', value: method },
    { key: 'url.full', value: url },
    { key: 'http.response.status_code', value: 200 },
  ]
  const call = (spanId: string, fields: Partial<TraceSpan> = {}) =>
    span({ spanId, kind: 'CLIENT', name: 'GET', attributes: attributes('http://shop/a?b=1'), ...fields })
  const arrived = span({ spanId: 's', parentSpanId: 'a', service: 'shop' })

  test('are all continued, or none', () => {
    expect(check(call('a'), call('b'))).toEqual([])
    expect(check(call('a'), arrived)).toEqual([])
    expect(check(call('a'), call('b', { attributes: attributes('http://shop/a?b=2') }), arrived)).toEqual([
      ['trace-call-broken', 'gateway "GET" sent 2 requests to http://shop/a, 1 arrived'],
    ])
  })

  test.each<[string, Partial<TraceSpan>]>([
    ['of another path', { attributes: attributes('http://shop/b') }],
    ['of another host', { attributes: attributes('http://other/a?b=1') }],
    ['of another method', { attributes: attributes('http://shop/a?b=1', 'POST') }],
    ['of another service', { service: 'web' }],
    ['without a response', { attributes: attributes('http://shop/a?b=1').slice(0, 2) }],
    ['without an address', { attributes: attributes('').filter(({ key }) => key !== 'url.full') }],
    ['at its receiver', { kind: 'SERVER' }],
  ])('are not those %s', (_, fields) => {
    expect(check(call('a'), call('b', fields), arrived)).toEqual([])
  })

  test('can have the older names of attributes', () => {
    const old = [
      { key: 'http.method', value: 'GET' },
      { key: 'http.url', value: 'http://shop/a' },
      { key: 'http.status_code', value: 200 },
    ]
    expect(check(call('a', { attributes: old }), call('b', { attributes: old }), arrived)).toHaveLength(1)
  })
})
