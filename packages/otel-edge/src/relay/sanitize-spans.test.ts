import { type OtlpSpan, type ResourceSpans, type TraceRequest, toKeyValues } from '@throughline/otel-shared'
import { toReceivedSpans, toValues } from '@throughline/otel-testing'
import { describe, expect, test } from 'vitest'
import { type SanitizeOptions, sanitizeSpans } from './sanitize-spans.ts'

const NOW_MILLIS = Date.UTC(2026, 10, 30)
const HOUR_MILLIS = 3_600_000
const WEEK_MILLIS = 7 * 24 * HOUR_MILLIS
const OPTIONS: SanitizeOptions = { maxSpans: 10, keepQuery: [], enrichment: {}, nowMillis: NOW_MILLIS }

const nanos = (millis: number, rest = 0) => `${BigInt(millis) * 1_000_000n + BigInt(rest)}`

function makeSpan(name: string, fields: Partial<OtlpSpan> = {}): OtlpSpan {
  return {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    name,
    kind: 1,
    startTimeUnixNano: nanos(NOW_MILLIS - 1_000),
    endTimeUnixNano: nanos(NOW_MILLIS),
    attributes: [],
    events: [],
    links: [],
    status: {},
    ...fields,
  }
}

function makeResource(service: string, ...spans: readonly OtlpSpan[]): ResourceSpans {
  return {
    resource: { attributes: toKeyValues({ 'service.name': service }) },
    scopeSpans: [{ scope: { name: 'web' }, spans }],
  }
}

function sanitize(request: TraceRequest, options: Partial<SanitizeOptions> = {}) {
  const result = sanitizeSpans(request, { ...OPTIONS, ...options })
  return { ...result, names: toReceivedSpans(result.request).map(({ name }) => name) }
}

const sanitizeOne = (fields: Partial<OtlpSpan>, options: Partial<SanitizeOptions> = {}) =>
  sanitize({ resourceSpans: [makeResource('shop-web', makeSpan('click', fields))] }, options)

describe('the times of a span', () => {
  test.each([
    ['a week ago', nanos(NOW_MILLIS - WEEK_MILLIS), true],
    ['a millisecond more than a week ago', nanos(NOW_MILLIS - WEEK_MILLIS - 1), false],
    ['a nanosecond more than a week ago', nanos(NOW_MILLIS - WEEK_MILLIS, -1), false],
    ['1970', '1', false],
  ])('a span that starts %s is accepted: %s', (_, startTimeUnixNano, isAccepted) => {
    const { rejectedSpans, errorMessage } = sanitizeOne({ startTimeUnixNano })
    expect(rejectedSpans).toBe(isAccepted ? 0 : 1)
    expect(errorMessage).toBe(isAccepted ? undefined : 'the span is more than a week old')
  })

  test.each([
    ['in a day', nanos(NOW_MILLIS + 24 * HOUR_MILLIS), true],
    ['within the millisecond after a day', nanos(NOW_MILLIS + 24 * HOUR_MILLIS, 999_999), true],
    ['a millisecond later than in a day', nanos(NOW_MILLIS + 24 * HOUR_MILLIS + 1), false],
    ['at the end of the 64-bit range', '18446744073709551615', false],
  ])('a span that ends %s is accepted: %s', (_, endTimeUnixNano, isAccepted) => {
    const { rejectedSpans, errorMessage } = sanitizeOne({ endTimeUnixNano })
    expect(rejectedSpans).toBe(isAccepted ? 0 : 1)
    expect(errorMessage).toBe(isAccepted ? undefined : 'the span ends more than a day from now')
  })

  test('a span of a clock that is hours ahead is accepted unchanged', () => {
    const times = {
      startTimeUnixNano: nanos(NOW_MILLIS + 5 * HOUR_MILLIS),
      endTimeUnixNano: nanos(NOW_MILLIS + 6 * HOUR_MILLIS, 123),
    }
    const { request } = sanitizeOne(times)
    expect(request.resourceSpans[0]?.scopeSpans[0]?.spans).toMatchObject([times])
  })
})

describe('the maximum number of spans', () => {
  const three = ['a', 'b', 'c'].map((name) => makeSpan(name))

  test('a batch of the maximum number is accepted as a whole', () => {
    const { names, rejectedSpans } = sanitize(
      { resourceSpans: [makeResource('shop-web', ...three)] },
      { maxSpans: 3 },
    )
    expect([names, rejectedSpans]).toEqual([['a', 'b', 'c'], 0])
  })

  test('the spans beyond it are rejected', () => {
    const result = sanitize({ resourceSpans: [makeResource('shop-web', ...three)] }, { maxSpans: 2 })
    expect(result).toMatchObject({
      names: ['a', 'b'],
      rejectedSpans: 1,
      errorMessage: 'more than 2 spans',
    })
  })

  test('it is counted across scopes and resources', () => {
    const resource = makeResource('shop-web', makeSpan('a'))
    const scopes = [
      ...resource.scopeSpans,
      { scope: { name: 'react' }, spans: [makeSpan('b'), makeSpan('c')] },
    ]
    const { names, rejectedSpans } = sanitize(
      { resourceSpans: [{ ...resource, scopeSpans: scopes }, makeResource('admin-web', makeSpan('d'))] },
      { maxSpans: 2 },
    )
    expect([names, rejectedSpans]).toEqual([['a', 'b'], 2])
  })

  test('spans that are rejected for another reason count too', () => {
    const spans = [makeSpan('server', { kind: 2 }), makeSpan('a'), makeSpan('b')]
    const { names, rejectedSpans, errorMessage } = sanitize(
      { resourceSpans: [makeResource('shop-web', ...spans)] },
      { maxSpans: 2 },
    )
    expect([names, rejectedSpans]).toEqual([['a'], 2])
    expect(errorMessage).toBe('a page has spans of kind INTERNAL and CLIENT only')
  })

  test('spans of a service that is not allowed do not count', () => {
    const { names, rejectedSpans } = sanitize(
      { resourceSpans: [makeResource('payments', ...three), makeResource('shop-web', ...three)] },
      { maxSpans: 3, serviceNames: ['shop-web'] },
    )
    expect([names, rejectedSpans]).toEqual([['a', 'b', 'c'], 3])
  })
})

describe('the error message', () => {
  test('an accepted batch has none', () => {
    expect(sanitizeOne({})).not.toHaveProperty('errorMessage')
  })

  test('it is the problem of the first span that is rejected', () => {
    const spans = [
      makeSpan('a'),
      makeSpan('old', { startTimeUnixNano: '1' }),
      makeSpan('server', { kind: 2 }),
    ]
    const result = sanitize({ resourceSpans: [makeResource('shop-web', ...spans)] })
    expect(result).toMatchObject({
      names: ['a'],
      rejectedSpans: 2,
      errorMessage: 'the span is more than a week old',
    })
  })

  test('it does not contain what the page has sent', () => {
    const { errorMessage } = sanitize(
      { resourceSpans: [makeResource('<script>', makeSpan('<script>'))] },
      { serviceNames: ['shop-web'] },
    )
    expect(errorMessage).toBe('this service.name may not be sent here')
  })
})

describe('the attributes of the edge', () => {
  const page = {
    'service.name': 'shop-web',
    'geo.country.iso_code': 'XX',
    'cloudflare.colo': 'XXX',
    'throughline.relayed': false,
    'browser.language': 'de',
  }
  const fromPage: TraceRequest = {
    resourceSpans: [
      {
        resource: { attributes: toKeyValues(page), droppedAttributesCount: 2 },
        scopeSpans: [
          { scope: { name: 'web', version: '1.2' }, spans: [makeSpan('click')], schemaUrl: 'own' },
        ],
        schemaUrl: 'https://opentelemetry.io/schemas/1.45.0',
      },
    ],
  }

  test('they replace those of the page', () => {
    const enrichment = { 'geo.country.iso_code': 'DE', 'cloudflare.colo': 'FRA' }
    const { request } = sanitize(fromPage, { enrichment })
    expect(toValues(request.resourceSpans[0]?.resource.attributes)).toEqual({
      'service.name': 'shop-web',
      'browser.language': 'de',
      'geo.country.iso_code': 'DE',
      'cloudflare.colo': 'FRA',
      'throughline.relayed': true,
    })
  })

  test('those of the page are removed if the edge has none', () => {
    const { request } = sanitize(fromPage)
    expect(toValues(request.resourceSpans[0]?.resource.attributes)).toEqual({
      'service.name': 'shop-web',
      'browser.language': 'de',
      'throughline.relayed': true,
    })
  })

  test('every resource of a batch gets them', () => {
    const { request } = sanitize(
      { resourceSpans: [makeResource('shop-web', makeSpan('a')), makeResource('admin-web', makeSpan('b'))] },
      { enrichment: { 'cloudflare.colo': 'FRA' } },
    )
    expect(request.resourceSpans.map(({ resource }) => toValues(resource.attributes))).toEqual([
      { 'service.name': 'shop-web', 'cloudflare.colo': 'FRA', 'throughline.relayed': true },
      { 'service.name': 'admin-web', 'cloudflare.colo': 'FRA', 'throughline.relayed': true },
    ])
  })

  test('schema URLs, scopes and counts of dropped attributes are kept', () => {
    const [entry] = sanitize(fromPage).request.resourceSpans
    expect(entry).toMatchObject({
      resource: { droppedAttributesCount: 2 },
      scopeSpans: [{ scope: { name: 'web', version: '1.2' }, schemaUrl: 'own' }],
      schemaUrl: 'https://opentelemetry.io/schemas/1.45.0',
    })
  })
})

describe('redaction', () => {
  const secret = toKeyValues({ 'user.note': 'mail to anna@example.com' })
  const everywhere: TraceRequest = {
    resourceSpans: [
      {
        resource: { attributes: secret },
        scopeSpans: [
          {
            scope: { name: 'anna@example.com', attributes: secret },
            spans: [
              makeSpan('mail to anna@example.com', {
                attributes: secret,
                events: [{ timeUnixNano: '1', name: 'anna@example.com', attributes: secret }],
                links: [{ traceId: '', spanId: '', attributes: secret }],
                status: { code: 2, message: 'no user anna@example.com' },
              }),
            ],
          },
        ],
      },
    ],
  }

  test('an e-mail address is redacted wherever a page can put it', () => {
    const { request } = sanitize(everywhere)
    expect(JSON.stringify(request)).not.toContain('anna')
    expect(JSON.stringify(request).match(/REDACTED/g)).toHaveLength(9)
  })

  test('only the values of listed query parameters are kept', () => {
    const attributes = toKeyValues({ 'url.full': 'https://shop.example/?page=2&q=umbrella' })
    const urlOf = (keepQuery: readonly string[]) => {
      const { request } = sanitizeOne({ attributes }, { keepQuery })
      return toReceivedSpans(request)[0]?.values['url.full']
    }
    expect(urlOf([])).toBe('https://shop.example/?page=REDACTED&q=REDACTED')
    expect(urlOf(['page'])).toBe('https://shop.example/?page=2&q=REDACTED')
  })

  test('the request itself is not changed', () => {
    const before = structuredClone(everywhere)
    sanitize(everywhere, { maxSpans: 0, enrichment: { 'cloudflare.colo': 'FRA' } })
    expect(everywhere).toEqual(before)
  })
})

test('a batch without spans is accepted', () => {
  expect(sanitize({ resourceSpans: [] })).toEqual({
    request: { resourceSpans: [] },
    rejectedSpans: 0,
    names: [],
  })
})
