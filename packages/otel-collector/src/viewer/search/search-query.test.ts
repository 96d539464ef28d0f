import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  CUSTOM,
  formatForm,
  formProblem,
  parseForm,
  type SearchForm,
  searchFor,
  toSummariesQuery,
} from './search-query.ts'

const NOW = Date.parse('2026-11-21T08:00:00Z')

function form(fields: Partial<SearchForm> = {}): SearchForm {
  return { ...parseForm(new URLSearchParams()), ...fields }
}

/** The parameters of a form's request, without those of every form. */
function asked(fields: Partial<SearchForm>): Record<string, string> {
  const query = toSummariesQuery(form(fields), NOW)
  for (const name of ['startTimeMin', 'startTimeMax', 'searchDepth']) query.delete(`query.${name}`)
  return Object.fromEntries(query)
}

describe('the address of the page', () => {
  test('the query of an unchanged form is empty', () => {
    expect(formatForm(form())).toBe('')
  })

  test('the query of a form is parsed to the same form', () => {
    const filled = form({
      service: 'shop web',
      operation: 'GET /a&b',
      lookback: CUSTOM,
      from: '2026-11-21T07:00:00.000Z',
      to: '2026-11-21T08:00:00.000Z',
      minDuration: '100ms',
      maxDuration: '2s',
      tags: 'a="b c"',
      errors: true,
      limit: '500',
    })
    expect(parseForm(new URLSearchParams(formatForm(filled)))).toEqual(filled)
  })

  test('unknown values in the query are ignored', () => {
    expect(parseForm(new URLSearchParams('lookback=forever&limit=-1&errors=1&other=x'))).toEqual(form())
  })
})

describe('a search', () => {
  test('a lookback ends one minute from now, for clocks that are ahead', () => {
    expect(Object.fromEntries(toSummariesQuery(form({ lookback: '15', limit: '50' }), NOW))).toEqual({
      'query.startTimeMin': '2026-11-21T07:45:00.000Z',
      'query.startTimeMax': '2026-11-21T08:01:00.000Z',
      'query.searchDepth': '50',
    })
  })

  test('a search between two times sends these times', () => {
    const fields = { lookback: CUSTOM, from: '2026-11-20T01:00:00Z', to: '2026-11-20T01:05:00Z' }
    expect(Object.fromEntries(toSummariesQuery(form(fields), NOW))).toMatchObject({
      'query.startTimeMin': '2026-11-20T01:00:00.000Z',
      'query.startTimeMax': '2026-11-20T01:05:00.000Z',
    })
  })

  test.each<[Partial<SearchForm>, Record<string, string>]>([
    [{}, {}],
    [
      { service: 'shop', operation: 'GET /' },
      { 'query.serviceName': 'shop', 'query.operationName': 'GET /' },
    ],
    [{ minDuration: '1.5 s' }, { 'query.durationMin': '1.5s' }],
    [
      { minDuration: ' 20 ', maxDuration: '1m30s' },
      { 'query.durationMin': '20ms', 'query.durationMax': '1m30s' },
    ],
    [{ errors: true }, { 'query.attributes': '{"error":"true"}' }],
    [{ tags: 'http.route=/a?b=c' }, { 'query.attributes': '{"http.route":"/a?b=c"}' }],
    [{ tags: '  a=1  b=  ' }, { 'query.attributes': '{"a":"1","b":""}' }],
    [
      { tags: 'a="two words" b="a \\"quote\\" and \\\\"' },
      { 'query.attributes': tags('two words', 'a "quote" and \\') },
    ],
    [{ tags: 'a=1', errors: true }, { 'query.attributes': '{"a":"1","error":"true"}' }],
    [{ tags: 'error' }, { 'query.attributes': '{"error":"true"}' }],
    [{ tags: 'error="true" retry a=1' }, { 'query.attributes': '{"error":"true","retry":"true","a":"1"}' }],
    [{ tags: '__proto__=1' }, { 'query.attributes': '{"__proto__":"1"}' }],
  ])('a search for %o sends %o', (fields, query) => {
    expect(formProblem(form(fields))).toBeUndefined()
    expect(asked(fields)).toEqual(query)
  })
})

describe('a form is not searched for', () => {
  test.each<[string, Partial<SearchForm>, string, RegExp]>([
    ['a malformed duration', { minDuration: 'abc' }, 'minDuration', /^"abc" is not a duration such as 100ms/],
    ['an unknown unit', { maxDuration: '2 days' }, 'maxDuration', /^"2 days" is not a duration/],
    [
      'durations the wrong way round',
      { minDuration: '2s', maxDuration: '1s' },
      'maxDuration',
      /^Max duration is less/,
    ],
    ['a tag without a key', { tags: 'a=1 =2' }, 'tags', /"=2" is not/],
    ['a quote that does not end', { tags: 'a="b c' }, 'tags', /"a="b c" is not/],
    [
      'no beginning',
      { lookback: CUSTOM, to: '2026-11-21T08:00:00Z' },
      'from',
      /^From is not a date and time\.$/,
    ],
    ['no end', { lookback: CUSTOM, from: '2026-11-21T08:00:00Z' }, 'to', /^To is not a date and time\.$/],
    [
      'times the wrong way round',
      { lookback: CUSTOM, from: '2026-11-21T08:00:00Z', to: '2026-11-21T07:00:00Z' },
      'to',
      /^To is before From\.$/,
    ],
  ])('a form is invalid: %s', (_, fields, field, message) => {
    expect(formProblem(form(fields))).toEqual({ field, message: expect.stringMatching(message) })
  })
})

function tags(a: string, b: string): string {
  return JSON.stringify({ a, b })
}

describe('the search for an attribute', () => {
  test('the address has the attribute and searches the last week', () => {
    expect(searchFor('http.route', '/api/orders')).toBe('/?lookback=10080&tags=http.route%3D%2Fapi%2Forders')
  })

  test('any value is searched for as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (value) => {
        const address = searchFor('some.key', value) ?? ''
        const parsed = parseForm(new URLSearchParams(address.slice(2)))
        expect(formProblem(parsed)).toBeUndefined()
        expect(asked(parsed)).toEqual({ 'query.attributes': JSON.stringify({ 'some.key': value }) })
      }),
    )
  })

  test.each([
    ['an empty key', '', 'a'],
    ['a key with a space', 'a b', 'c'],
    ['a key with an equals sign', 'a=b', 'c'],
    ['a key with a quote', 'a"', 'c'],
    ['a value of more than 1,000 characters', 'a', 'c'.repeat(1_000)],
  ])('%s cannot be searched for', (_, key, value) => {
    expect(searchFor(key, value)).toBeUndefined()
  })
})
