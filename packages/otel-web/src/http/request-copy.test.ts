import { describe, expect, test } from 'vitest'
import { addHeaders, withHeaders } from './request-copy.ts'

const TRACEPARENT = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
const ADDED = { traceparent: TRACEPARENT, tracestate: 'x=1' }

/** The headers that a request with this `headers` member has. */
const sent = (headers: HeadersInit) => Object.fromEntries(new Headers(headers))

class FrozenHeaders extends Headers {}

// https://fetch.spec.whatwg.org/#typedefdef-headersinit
const FORMS: readonly (readonly [form: string, given: () => unknown])[] = [
  ['a record', () => ({ accept: 'text/html', 'X-Own': 'a' })],
  ['a frozen record', () => Object.freeze({ accept: 'text/html', 'X-Own': 'a' })],
  [
    'a record without a prototype',
    () => Object.assign(Object.create(null), { accept: 'text/html', 'X-Own': 'a' }),
  ],
  [
    'a list of pairs',
    () => [
      ['accept', 'text/html'],
      ['X-Own', 'a'],
    ],
  ],
  ['Headers', () => new Headers({ accept: 'text/html', 'X-Own': 'a' })],
  ['a subclass of Headers', () => new FrozenHeaders({ accept: 'text/html', 'X-Own': 'a' })],
  [
    'a Map',
    () =>
      new Map([
        ['accept', 'text/html'],
        ['X-Own', 'a'],
      ]),
  ],
  [
    'a generator',
    () =>
      (function* () {
        yield ['accept', 'text/html']
        yield ['X-Own', 'a']
      })(),
  ],
]

describe('trace headers are sent beside the headers of the caller', () => {
  test.each(FORMS)('in %s', (_, given) => {
    expect(sent(withHeaders(given(), ADDED))).toEqual({ accept: 'text/html', 'x-own': 'a', ...ADDED })
  })

  test('without headers of the caller', () => {
    expect(sent(withHeaders(undefined, ADDED))).toEqual(ADDED)
  })

  test('and the object of the caller is not changed', () => {
    for (const [, given] of FORMS.slice(0, 6)) {
      const object = given() as HeadersInit
      withHeaders(object, ADDED)
      expect(sent(object)).toEqual({ accept: 'text/html', 'x-own': 'a' })
    }
  })
})

test('a record stays a record and a list stays a list, with names as they were written', () => {
  expect(withHeaders({ 'X-Own': 'a' }, { traceparent: TRACEPARENT })).toEqual({
    'X-Own': 'a',
    traceparent: TRACEPARENT,
  })
  expect(withHeaders([['X-Own', 'a']], { traceparent: TRACEPARENT })).toEqual([
    ['X-Own', 'a'],
    ['traceparent', TRACEPARENT],
  ])
  expect(withHeaders(new Headers(), ADDED)).toBeInstanceOf(Headers)
})

test('a name that occurs twice in a list is sent with both values', () => {
  const pairs = [
    ['accept', 'text/html'],
    ['Accept', 'text/plain'],
  ]
  expect(sent(withHeaders(pairs, ADDED))).toMatchObject({ accept: 'text/html, text/plain' })
})

test.each([
  ['a name with a space', { 'not a name': 'x' }],
  ['a value with a line break', { accept: 'a\r\nb' }],
  ['a value that is not Latin-1', { accept: '漢' }],
  ['pairs of one item', [['accept']]],
  ['a number', 7],
])('%s is rejected as by the platform', (_, given) => {
  expect(() => new Headers(given as never)).toThrow(TypeError)
  expect(() => withHeaders(given, ADDED)).toThrow(TypeError)
})

describe('headers that the caller has set', () => {
  const BAGGAGE = 'session=1,tenant=b'

  test.each<[string, Record<string, string>, Record<string, string>]>([
    [
      'a traceparent of the caller is sent alone: the trace is not ours',
      { TraceParent: 'own' },
      { traceparent: 'own' },
    ],
    ['an invalid and empty traceparent is sent as it is', { traceparent: '' }, { traceparent: '' }],
    [
      'a tracestate of the caller is kept beside our traceparent',
      { tracestate: 'own=1' },
      { traceparent: TRACEPARENT, tracestate: 'own=1', baggage: BAGGAGE },
    ],
    [
      'baggage is appended to baggage of the caller',
      { Baggage: 'cart=7' },
      { traceparent: TRACEPARENT, tracestate: 'x=1', baggage: `cart=7,${BAGGAGE}` },
    ],
    [
      'members of the caller have precedence',
      { baggage: 'tenant=a' },
      { traceparent: TRACEPARENT, tracestate: 'x=1', baggage: 'tenant=a,session=1' },
    ],
    [
      'baggage that has all names is not changed',
      { baggage: 'tenant=a, session=2' },
      { traceparent: TRACEPARENT, tracestate: 'x=1', baggage: 'tenant=a, session=2' },
    ],
    [
      'baggage without members is replaced, since a list member cannot be empty',
      { baggage: '' },
      { traceparent: TRACEPARENT, tracestate: 'x=1', baggage: BAGGAGE },
    ],
  ])('%s', (_, own, expected) => {
    const added = { ...ADDED, baggage: BAGGAGE }
    expect(sent(withHeaders(own, added))).toEqual(expected)
    expect(sent(withHeaders(Object.entries(own), added))).toEqual(expected)
    const headers = new Headers(own)
    addHeaders(
      added,
      (name) => headers.get(name),
      (name, value) => headers.set(name, value),
    )
    expect(sent(headers)).toEqual(expected)
  })
})

test('nothing is set for an origin that gets no trace headers', () => {
  const set: string[] = []
  addHeaders(
    {},
    () => null,
    (name) => set.push(name),
  )
  expect(set).toEqual([])
})
