import { describe, expect, test } from 'vitest'
import type { AnyValue, KeyValue, OtlpScope, OtlpSpan } from '../otlp/types.ts'
import { redactSpans } from './redact-spans.ts'

const EMAIL = 'anna@shop.example'
const SPAN: OtlpSpan = {
  traceId: 'a'.repeat(32),
  spanId: 'b'.repeat(16),
  name: 'GET /cart',
  kind: 3,
  startTimeUnixNano: '1',
  endTimeUnixNano: '2',
  attributes: [],
  events: [],
  links: [],
  status: {},
}

function attribute(key: string, stringValue: string): KeyValue {
  return { key, value: { stringValue } }
}

function redact(span: Partial<OtlpSpan>, scope: OtlpScope = { name: 'shop' }) {
  const request = {
    resourceSpans: [
      {
        resource: { attributes: [attribute('owner', EMAIL)] },
        scopeSpans: [{ scope, spans: [{ ...SPAN, ...span }], schemaUrl: 'https://schema.example/1' }],
      },
    ],
  }
  const [entry] = redactSpans(request).resourceSpans
  const [scopeSpans] = entry?.scopeSpans ?? []
  return { resource: entry?.resource, scopeSpans, span: scopeSpans?.spans[0] }
}

function redactedValue(key: string, value: AnyValue): AnyValue | undefined {
  return redact({ attributes: [{ key, value }] }).span?.attributes[0]?.value
}

describe('secrets are redacted', () => {
  test('in attributes of the resource and of the scope, and in the name of the scope', () => {
    const scope = { name: `shop of ${EMAIL}`, attributes: [attribute('owner', EMAIL)] }
    const { resource, scopeSpans } = redact({}, scope)
    expect(resource?.attributes).toEqual([attribute('owner', 'REDACTED')])
    expect(scopeSpans?.scope).toEqual({
      name: 'shop of REDACTED',
      attributes: [attribute('owner', 'REDACTED')],
    })
  })

  test('in the name and the status message of a span', () => {
    const { span } = redact({ name: `cart of ${EMAIL}`, status: { code: 2, message: `no cart of ${EMAIL}` } })
    expect(span?.name).toBe('cart of REDACTED')
    expect(span?.status).toEqual({ code: 2, message: 'no cart of REDACTED' })
  })

  test('in events and links', () => {
    const attributes = [attribute('user', EMAIL)]
    const { span } = redact({
      events: [{ timeUnixNano: '1', name: `mail to ${EMAIL}`, attributes }],
      links: [{ traceId: 'c'.repeat(32), spanId: 'd'.repeat(16), attributes, traceState: `a=${EMAIL}` }],
    })
    const redacted = [attribute('user', 'REDACTED')]
    expect(span?.events).toMatchObject([{ name: 'mail to REDACTED', attributes: redacted }])
    expect(span?.links).toMatchObject([{ attributes: redacted, traceState: 'a=REDACTED' }])
  })

  test('in the keys of attributes and of maps', () => {
    const map = { kvlistValue: { values: [attribute(EMAIL, 'gold')] } }
    const { span } = redact({ attributes: [attribute(EMAIL, 'gold'), { key: 'tiers', value: map }] })
    expect(span?.attributes).toEqual([
      attribute('REDACTED', 'gold'),
      { key: 'tiers', value: { kvlistValue: { values: [attribute('REDACTED', 'gold')] } } },
    ])
  })

  test('in lists', () => {
    const value = { arrayValue: { values: [{ stringValue: EMAIL }, { intValue: '7' }] } }
    expect(redactedValue('users', value)).toEqual({
      arrayValue: { values: [{ stringValue: 'REDACTED' }, { intValue: '7' }] },
    })
  })
})

test.each<[AnyValue, AnyValue]>([
  [{ stringValue: 'open' }, { stringValue: 'REDACTED' }],
  [{ intValue: '1234' }, { stringValue: 'REDACTED' }],
  [{ doubleValue: 0.5 }, { stringValue: 'REDACTED' }],
  [{ bytesValue: 'c2VjcmV0' }, { stringValue: 'REDACTED' }],
  [{ arrayValue: { values: [] } }, { stringValue: 'REDACTED' }],
  [{ boolValue: true }, { boolValue: true }],
])('the value %j of a secret key becomes %j', (value, expected) => {
  expect(redactedValue('db.password', value)).toEqual(expected)
})

test.each<AnyValue>([{ intValue: '1234' }, { doubleValue: 0.5 }, { bytesValue: 'AAE=' }, {}])(
  'the value %j of another key is unchanged',
  (value) => {
    expect(redactedValue('cart.items', value)).toEqual(value)
  },
)

test('the threshold and the randomness in tracestate are kept, although they can look like card numbers', () => {
  const traceState = `ot=th:41111111111111;rv:55555555555544,a=${EMAIL}`
  expect(redact({ traceState }).span?.traceState).toBe('ot=th:41111111111111;rv:55555555555544,a=REDACTED')
})

test('values are cut to 16,384 UTF-16 code units, names and status messages to 1,024', () => {
  const long = 'word '.repeat(10_000)
  const { span } = redact({
    name: long,
    status: { code: 2, message: long },
    attributes: [attribute('note', long)],
  })
  expect(span?.name).toHaveLength(1_024)
  expect(span?.status.message).toHaveLength(1_024)
  expect(span?.attributes[0]?.value.stringValue).toHaveLength(16_384)
})

test('all other fields are unchanged', () => {
  const { scopeSpans, span } = redact({ flags: 257, droppedEventsCount: 2 })
  expect(span).toEqual({ ...SPAN, flags: 257, droppedEventsCount: 2 })
  expect(scopeSpans?.schemaUrl).toBe('https://schema.example/1')
})
