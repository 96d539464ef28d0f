import type { AnyValue } from '@throughline/otel-shared'
import { describe, expect, test } from 'vitest'
import { attribute, makeSpan } from '../../../test/otlp.ts'
import { matchesTags, type SpanInContext, tagNeedle } from './tag-filter.ts'

const candidate: SpanInContext = {
  span: makeSpan({
    kind: 3,
    traceState: 'vendor=1',
    status: { code: 2, message: 'declined' },
    attributes: [
      attribute('http.request.method', 'POST'),
      attribute('http.response.status_code', 502),
      attribute('retry', true),
      attribute('list', { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }] } }),
    ],
    events: [{ timeUnixNano: '1', name: 'exception', attributes: [attribute('exception.type', 'Error')] }],
  }),
  resource: { resource: { attributes: [attribute('service.name', 'shop')] } },
  scope: { scope: { name: 'checkout', version: '1.2.3' } },
}
const matches = (tags: Record<string, string>) => matchesTags(candidate, new Map(Object.entries(tags)))

describe('a span has the tag', () => {
  test.each([
    ['of its attribute', { 'http.request.method': 'POST' }],
    ['of a number, compared as text', { 'http.response.status_code': '502' }],
    ['of a boolean, compared as text', { retry: 'true' }],
    ['of a list, compared as JSON', { list: '["a",1]' }],
    ['of an event', { 'exception.type': 'Error' }],
    ['of its resource', { 'service.name': 'shop' }],
    ['of its kind', { 'span.kind': 'client' }],
    ['of its status', { 'otel.status_code': 'ERROR' }],
    ['of its status message', { 'otel.status_description': 'declined' }],
    ['of its trace state', { 'w3c.tracestate': 'vendor=1' }],
    ['of its scope', { 'otel.scope.name': 'checkout', 'otel.scope.version': '1.2.3' }],
    ['if no tag is requested', {}],
  ])('a span has the tag %s', (_, tags) => {
    expect(matches(tags)).toBe(true)
  })
})

describe('a span does not match', () => {
  test.each([
    ['another value', { 'http.request.method': 'GET' }],
    ['a value in another case', { 'http.request.method': 'post' }],
    ['a part of a value', { 'http.request.method': 'POS' }],
    ['a key that it does not have', { 'db.system': 'sqlite' }],
    ['one tag of two', { 'http.request.method': 'POST', retry: 'false' }],
    ['the kind of another span', { 'span.kind': 'server' }],
  ])('a span does not match %s', (_, tags) => {
    expect(matches(tags)).toBe(false)
  })

  test('a span does not match a derived tag that it does not have', () => {
    const bare = { ...candidate, span: makeSpan({ status: {} }), scope: { scope: { name: 'checkout' } } }
    for (const key of ['otel.status_description', 'w3c.tracestate', 'otel.scope.version']) {
      expect(matchesTags(bare, new Map([[key, '']]))).toBe(false)
    }
    expect(matchesTags(bare, new Map([['otel.status_code', 'UNSET']]))).toBe(true)
  })
})

describe('the text that SQLite searches before JSON is parsed', () => {
  test('the text is the value in JSON', () => {
    expect(tagNeedle('http.request.method', 'POST')).toBe('POST')
    expect(tagNeedle('text', 'a "quoted" \\ \n')).toBe('a \\"quoted\\" \\\\ \\n')
  })

  test('the text occurs in the JSON of every span that has the tag', () => {
    const values: AnyValue[] = [
      { stringValue: 'ä "b" \u0001' },
      { intValue: '-12' },
      { doubleValue: 0.5 },
      { boolValue: false },
      { bytesValue: 'AQID' },
    ]
    for (const value of values) {
      const { attributes } = makeSpan({ attributes: [{ key: 'k', value }] })
      const text = String(Object.values(value)[0])
      expect(JSON.stringify(attributes)).toContain(tagNeedle('k', text))
    }
  })

  test.each([
    ['an empty value', 'k', ''],
    ['a list', 'k', '["a"]'],
    ['a map', 'k', '{"a":1}'],
    ['the kind', 'span.kind', 'client'],
    ['the status', 'otel.status_code', 'ERROR'],
    ['the scope', 'otel.scope.name', 'checkout'],
  ])('there is no text for %s', (_, key, value) => {
    expect(tagNeedle(key, value)).toBeUndefined()
  })
})
