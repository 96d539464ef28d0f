import { describe, expect, test } from 'vitest'
import { readOtlpTrace } from './otlp-trace.ts'

const ID = 'b7ad6b7169203331'

/** The first span of a trace with one span. */
function read(span: object, { scope, resource }: { scope?: unknown; resource?: unknown } = {}) {
  const body = { result: { resourceSpans: [{ resource, scopeSpans: [{ scope, spans: [span] }] }] } }
  return readOtlpTrace(body)[0]
}

describe('a span', () => {
  test('has all of its fields', () => {
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] }
    const span = {
      ...{
        spanId: ID,
        parentSpanId: '00f067aa0ba902b7',
        name: 'GET /',
        kind: 'SPAN_KIND_SERVER',
        flags: 257,
      },
      ...{ startTimeUnixNano: '1700000000000500000', endTimeUnixNano: 1_700_000_000_001_000_000 },
      attributes: [{ key: 'a', value: { stringValue: 'b' } }],
    }
    expect(read(span, { scope: { name: 'http' }, resource })).toEqual({
      spanId: ID,
      parentSpanId: '00f067aa0ba902b7',
      name: 'GET /',
      kind: 'SERVER',
      startMillis: 1_700_000_000_000.5,
      endMillis: 1_700_000_000_001,
      service: 'shop',
      scope: 'http',
      attributes: [{ key: 'a', value: 'b' }],
      resource: [{ key: 'service.name', value: 'shop' }],
      flags: 257,
    })
  })

  test('without fields is kept', () => {
    expect(read({})).toMatchObject({
      ...{ spanId: '', parentSpanId: undefined, name: '', kind: 'UNSPECIFIED', service: '', scope: '' },
      ...{ startMillis: Number.NaN, endMillis: Number.NaN, attributes: [], resource: [], flags: undefined },
    })
  })
})

describe('the id', () => {
  test.each([
    ['can be hexadecimal', ID, ID],
    ['is lower-case', ID.toUpperCase(), ID],
    ['can be base64', Buffer.from(ID, 'hex').toString('base64'), ID],
    ['can be base64 with other characters', '+/+/+/+/+/8=', 'fbffbffbffbffbff'],
    ['of zeros is absent', '0000000000000000', undefined],
    ['of zeros in base64 is absent', 'AAAAAAAAAAA=', undefined],
    ['that is empty is absent', '', undefined],
    ['that is a number is absent', 1, undefined],
    ['that is null is absent', null, undefined],
  ])('%s', (_, parentSpanId, expected) => {
    expect(read({ parentSpanId })?.parentSpanId).toBe(expected)
  })
})

describe('the kind', () => {
  test.each([
    ['a number', 3, 'CLIENT'],
    ['the text of a number', '2', 'SERVER'],
    ['a name', 'SPAN_KIND_PRODUCER', 'PRODUCER'],
    ['a name without its prefix', 'CONSUMER', 'CONSUMER'],
    ['zero', 0, 'UNSPECIFIED'],
    ['a number beyond the list', 6, 'UNSPECIFIED'],
    ['a negative number', -1, 'UNSPECIFIED'],
    ['a fraction', 1.5, 'UNSPECIFIED'],
    ['a name in lower case', 'server', 'UNSPECIFIED'],
    ['the name of a property of lists', 'length', 'UNSPECIFIED'],
    ['an object', {}, 'UNSPECIFIED'],
  ])('of %j', (_, kind, expected) => {
    expect(read({ kind })?.kind).toBe(expected)
  })
})

describe('a time', () => {
  test.each([
    ['is the text of nanoseconds', '1500000', 1.5],
    ['can be a number', 1_500_000, 1.5],
    ['can be zero', '0', 0],
    ['is unknown when it is absent', undefined, Number.NaN],
    ['is unknown when it is empty', '', Number.NaN],
    ['is unknown when it is no number', 'now', Number.NaN],
    ['is unknown when it is null', null, Number.NaN],
    ['is unknown when it is a list', ['1500000'], Number.NaN],
  ])('%s', (_, startTimeUnixNano, expected) => {
    expect(read({ startTimeUnixNano })?.startMillis).toBe(expected)
  })
})

describe('the flags', () => {
  test.each([
    ['are a number', 257, 257],
    ['can be zero', 0, 0],
    ['can be the text of a number', '257', 257],
    ['are unknown when they are a fraction', 1.5, undefined],
    ['are unknown when they are no number', 'sampled', undefined],
    ['are unknown when they are absent', undefined, undefined],
  ])('%s', (_, flags, expected) => {
    expect(read({ flags })?.flags).toBe(expected)
  })
})

describe('the service', () => {
  test.each([
    ['is empty without a resource', undefined, ''],
    ['is empty without attributes', {}, ''],
    ['is empty without a name', { attributes: [{ key: 'a', value: { stringValue: 'b' } }] }, ''],
    ['is the text of a number', { attributes: [{ key: 'service.name', value: { intValue: '7' } }] }, '7'],
    ['is empty for an empty value', { attributes: [{ key: 'service.name', value: {} }] }, ''],
  ])('%s', (_, resource, expected) => {
    expect(read({}, { resource })?.service).toBe(expected)
  })
})

describe('the value of an attribute', () => {
  const values = (value: unknown) => read({ attributes: [{ key: 'k', value }] })?.attributes

  test.each([
    ['is a text', { stringValue: 'a' }, [{ key: 'k', value: 'a' }]],
    ['is an empty text', { stringValue: '' }, [{ key: 'k', value: '' }]],
    ['is a boolean', { boolValue: false }, [{ key: 'k', value: false }]],
    ['is the text of an integer', { intValue: '-7' }, [{ key: 'k', value: -7 }]],
    ['is an integer', { intValue: 7 }, [{ key: 'k', value: 7 }]],
    ['is a fraction', { doubleValue: 0.5 }, [{ key: 'k', value: 0.5 }]],
    ['is a number that JSON has not', { doubleValue: 'NaN' }, [{ key: 'k', value: Number.NaN }]],
    [
      'is each item of a list',
      { arrayValue: { values: [{ stringValue: 'a' }, { boolValue: true }] } },
      [
        { key: 'k', value: 'a' },
        { key: 'k', value: true },
      ],
    ],
    [
      'is each entry of a map by its own key',
      { kvlistValue: { values: [{ key: 'l', value: { stringValue: 'a' } }] } },
      [{ key: 'l', value: 'a' }],
    ],
    [
      'is in a map of a list',
      { arrayValue: { values: [{ kvlistValue: { values: [{ key: 'l', value: { intValue: 1 } }] } }] } },
      [{ key: 'l', value: 1 }],
    ],
    ['is none for bytes', { bytesValue: 'AAAA' }, []],
    ['is none for an empty list', { arrayValue: {} }, []],
    ['is none for null', null, []],
    ['is none for a text without its type', 'a', []],
    ['is none for a text of another type', { stringValue: 7 }, []],
    ['is none for a list in place of an object', [{ stringValue: 'a' }], []],
  ])('%s', (_, value, expected) => {
    expect(values(value)).toEqual(expected)
  })

  test('is read in maps of 30 levels, and not in those of 100,000', () => {
    const nested = (depth: number) => {
      const open = '{"arrayValue":{"values":['.repeat(depth)
      return JSON.parse(`${open}{"stringValue":"a"}${']}}'.repeat(depth)}`) as unknown
    }
    expect(values(nested(30))).toEqual([{ key: 'k', value: 'a' }])
    expect(values(nested(100_000))).toEqual([])
  })

  test('of an event follows those of the span', () => {
    const attribute = (key: string) => ({ key, value: { stringValue: key } })
    const span = {
      attributes: [attribute('a')],
      events: [{ attributes: [attribute('b')] }, {}, { attributes: [attribute('c')] }],
    }
    expect(read(span)?.attributes.map(({ key }) => key)).toEqual(['a', 'b', 'c'])
  })
})

describe('what is no trace has no spans', () => {
  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'text'],
    ['a list', [{ result: {} }]],
    ['an error of Jaeger', { error: { grpcCode: 5, httpCode: 404, message: 'trace not found' } }],
    ['an export', { resourceSpans: [] }],
    ['a result of null', { result: null }],
    ['resource spans that are no list', { result: { resourceSpans: { scopeSpans: [] } } }],
    ['resource spans of null', { result: { resourceSpans: [null, 1, 'a', []] } }],
    ['scope spans that are no list', { result: { resourceSpans: [{ scopeSpans: 1 }] } }],
    ['spans that are no list', { result: { resourceSpans: [{ scopeSpans: [{ spans: {} }] }] } }],
  ])('%s', (_, body) => {
    expect(readOtlpTrace(body)).toEqual([])
  })
})
