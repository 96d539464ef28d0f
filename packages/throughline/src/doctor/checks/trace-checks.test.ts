import { describe, expect, test } from 'vitest'
import { found, ids, SPAN_ID, span, TRACE_ID, target, withTrace } from '../../../test/observed.ts'
import type { TraceSpan } from '../trace/trace-span.ts'
import { checkTraceArrival } from './trace-arrival.ts'
import { checkTraceAttributes } from './trace-attributes.ts'
import { checkTraceTimes } from './trace-times.ts'

const DOCTOR = span({ spanId: SPAN_ID, service: 'throughline-doctor', kind: 'CLIENT', parentSpanId: 'root' })
const attribute = (key: string, value: string | number | boolean) => ({ attributes: [{ key, value }] })

test('without a backend there is no finding', () => {
  expect(
    [checkTraceArrival, checkTraceTimes, checkTraceAttributes].flatMap((check) => check(target())),
  ).toEqual([])
})

describe('the arrival of the trace', () => {
  const check = (spans: readonly TraceSpan[], expected: readonly string[] = []) =>
    found(checkTraceArrival(withTrace(spans, { options: { expected, waitMillis: 600 } })))

  test.each([
    ['no span', [], `no span of trace ${TRACE_ID}`],
    ['only spans of the doctor', [DOCTOR], `only spans of the doctor in trace ${TRACE_ID}`],
  ])('with %s is a fault', (_, spans, seen) => {
    expect(check(spans)).toEqual([['trace-missing', `http://localhost:16686/: ${seen} after 0.6 s`]])
  })

  test.each([
    ['the expected services', [span(), span({ service: 'shop' })], ['gateway', 'shop']],
    ['services in another case, as Zipkin writes them', [span()], ['Gateway']],
    ['no expected services', [span()], []],
  ])('with %s is none', (_, spans, expected) => {
    expect(check(spans, expected)).toEqual([])
  })

  test('names the services that are missing and those that are there', () => {
    expect(check([span(), span(), DOCTOR], ['shop', 'gateway', 'payments'])).toEqual([
      [
        'trace-service-missing',
        `no span of shop, payments after 0.6 s; trace ${TRACE_ID} has spans of gateway`,
      ],
    ])
  })

  describe('names the calls that no server continues', () => {
    const call = (spanId: string, address: Partial<TraceSpan> = {}) =>
      span({ spanId, kind: 'CLIENT', name: 'GET', ...attribute('http.request.method', 'GET'), ...address })
    const hops = (...spans: readonly TraceSpan[]) =>
      check(spans, ['shop'])[0]?.[1].split(' has spans of gateway')[1]

    test.each([
      [
        'by their address',
        attribute('url.full', 'http://a.example/b?c=secret'),
        ' to http://a.example/b?c=REDACTED',
      ],
      [
        'by the address of older conventions',
        attribute('http.url', 'http://a.example/'),
        ' to http://a.example/',
      ],
      ['without an address', {}, ''],
      ['without an address that cannot be parsed', attribute('url.full', '/path'), ''],
    ])('%s', (_, address, expected) => {
      expect(hops(call('c', address))).toBe(`; no server span below gateway "GET"${expected}`)
    })

    test('unless they have a child', () => {
      expect(hops(call('c'), span({ spanId: 'd', parentSpanId: 'c' }))).toBe('')
    })

    test('each once, and three of them', () => {
      const calls = ['1', '2', '3', '3', '4', '5'].map((path) =>
        call(path, attribute('url.full', `http://a/${path}`)),
      )
      expect(hops(...calls)).toBe(
        '; no server span below gateway "GET" to http://a/1, gateway "GET" to http://a/2, gateway "GET" to http://a/3 and 2 more',
      )
    })
  })

  test.each([
    ['', '(no service)'],
    ['unknown_service', 'unknown_service'],
    ['unknown_service:node', 'unknown_service:node'],
  ])('with the service name %j is a fault', (service, label) => {
    expect(check([span({ service }), span({ service: 'shop' })])).toEqual([
      ['trace-unnamed-service', `1 spans, such as ${label} "GET /"`],
    ])
  })

  test('with a service name that only contains the default is none', () => {
    expect(check([span({ service: 'my_unknown_service' })])).toEqual([])
  })

  test.each([
    ['was reached', true, 'backend-api'],
    ['was not reached', false, 'backend-unreachable'],
  ])('is not checked when the backend %s', (_, isReached, id) => {
    const trace = {
      url: new URL('http://a.example/'),
      problem: { isReached, seen: 'it' },
      traceId: TRACE_ID,
      spans: [],
      copies: [],
    }
    expect(found(checkTraceArrival(target({ trace })))).toEqual([[id, 'it']])
  })
})

describe('the duration of spans', () => {
  const check = (...spans: readonly TraceSpan[]) => checkTraceTimes(withTrace(spans))
  const call = (startMillis: number, endMillis: number, service = 'shop') =>
    span({
      spanId: `${service}${startMillis}`,
      kind: 'CLIENT',
      startMillis,
      endMillis,
      service,
      parentSpanId: 'x',
    })

  test.each([
    ['can be nothing', span({ endMillis: 1_000 }), []],
    ['can be a microsecond', span({ endMillis: 1_000.001 }), []],
    [
      'cannot be negative',
      span({ endMillis: 999.999 }),
      [['trace-duration', 'gateway "GET /" has a duration of -0.001 ms']],
    ],
    ['is not known without times', span({ startMillis: Number.NaN, endMillis: Number.NaN }), []],
  ])('%s', (_, each, expected) => {
    expect(found(check(each))).toEqual(expected)
  })

  test('of the doctor is not checked', () => {
    expect(check({ ...DOCTOR, endMillis: 0 })).toEqual([])
  })

  test.each([
    ['one call of 0 ms is none', [call(1, 1)], []],
    ['two calls of 0 ms are a warning', [call(1, 1), call(2, 2)], ['warning']],
    ['one of two calls with a duration is enough', [call(1, 1), call(2, 2.001)], []],
    ['calls of two services are counted apart', [call(1, 1), call(1, 1, 'gateway')], []],
    ['the second service can have them', [call(1, 2), call(3, 3, 'b'), call(4, 4, 'b')], ['warning']],
  ])('%s', (_, spans, expected) => {
    expect(check(...spans).map(({ severity }) => severity)).toEqual(expected)
  })
})

describe('a span outside of its parent', () => {
  const parent = (fields: Partial<TraceSpan> = {}) => span({ spanId: 'p', kind: 'CLIENT', ...fields })
  const child = (fields: Partial<TraceSpan> = {}) =>
    span({ spanId: 'c', parentSpanId: 'p', service: 'shop', ...fields })
  const check = (...spans: readonly TraceSpan[]) => found(checkTraceTimes(withTrace(spans)))

  test.each([
    ['by 10 ms at its start is none', { startMillis: 990 }, []],
    ['by more than 10 ms at its start is a fault', { startMillis: 989 }, ['trace-outside-parent']],
    ['by 10 ms at its end is none', { endMillis: 1_110 }, []],
    ['by more than 10 ms at its end is a fault', { endMillis: 1_111 }, ['trace-outside-parent']],
    ['at its end is none for work that a request starts', { endMillis: 9_000, kind: 'INTERNAL' }, []],
    [
      'at its start is a fault for such work',
      { startMillis: 900, kind: 'INTERNAL' },
      ['trace-outside-parent'],
    ],
    ['of a consumer is none', { startMillis: 0, endMillis: 9_000, kind: 'CONSUMER' }, []],
    ['that is incomplete is none', { startMillis: 0, ...attribute('throughline.incomplete', true) }, []],
  ] as const)('%s', (_, fields, expected) => {
    expect(check(parent(), child(fields)).map(([id]) => id)).toEqual(expected)
  })

  test('at its end is none below a span that is no call', () => {
    expect(check(parent({ kind: 'INTERNAL' }), child({ endMillis: 9_000 }))).toEqual([])
  })

  test('is not compared with the doctor, whose clock is another one', () => {
    expect(check({ ...DOCTOR, spanId: 'p' }, child({ startMillis: 0 }))).toEqual([])
  })

  test('is not compared without a parent', () => {
    expect(check(child({ startMillis: 0 }))).toEqual([])
  })

  test('is the one that is furthest outside', () => {
    const spans = [
      parent(),
      child({ startMillis: 950 }),
      child({ spanId: 'd', name: 'POST', endMillis: 1_300 }),
    ]
    expect(check(...spans)).toEqual([
      ['trace-outside-parent', 'shop "POST" ends after its parent gateway "GET /" by 200 ms (2 of 3 spans)'],
    ])
  })
})

describe('the flags of spans', () => {
  const check = (flags: number | undefined, fields: Partial<TraceSpan> = {}) =>
    ids(checkTraceAttributes(withTrace([span({ flags, ...fields })])))

  test.each([
    ['unknown', undefined],
    ['not known by their own bit', 0x000],
    ['sampled', 0x101],
    ['sampled with a random id', 0x103],
    ['sampled from another service', 0x301],
    ['sampled without the bit that they are known', 0x001],
  ])('can be %s', (_, flags) => {
    expect(check(flags)).toEqual([])
  })

  test.each([
    ['unsampled', 0x100],
    ['unsampled with a random id', 0x102],
    ['unsampled from another service', 0x300],
  ])('cannot be %s', (_, flags) => {
    expect(check(flags)).toEqual(['trace-not-sampled'])
  })

  test('can be unsampled in a span that was kept', () => {
    expect(check(0x100, attribute('throughline.kept', 'error'))).toEqual([])
  })

  test('of the doctor are not checked', () => {
    expect(checkTraceAttributes(withTrace([{ ...DOCTOR, flags: 0x100 }]))).toEqual([])
  })
})

describe('headers of another format', () => {
  const check = (key: string) => ids(checkTraceAttributes(withTrace([span(attribute(key, 'a'))])))

  test.each([
    'b3',
    'X-B3-TraceId',
    'http.request.header.b3',
    'http.request.header.uber-trace-id',
    'x-datadog-trace-id',
  ])('%s is one', (key) => {
    expect(check(key)).toEqual(['trace-mixed-formats'])
  })

  test.each([
    'traceparent',
    'http.request.header.traceparent',
    'ab3',
    'b3.count',
    'x-b3-',
    'my-uber-trace-id',
  ])('%s is none', (key) => {
    expect(check(key)).toEqual([])
  })
})

describe('deprecated attributes', () => {
  const keys = (...names: readonly string[]) => ({ attributes: names.map((key) => ({ key, value: 1 })) })
  const check = (...spans: readonly TraceSpan[]) => found(checkTraceAttributes(withTrace(spans)))

  test.each([
    [
      'one has its replacement',
      ['http.status_code'],
      'gateway: http.status_code → http.response.status_code',
    ],
    ['one has several replacements', ['http.host'], 'gateway: http.host → server.address + client.address'],
  ])('%s', (_, names, seen) => {
    expect(check(span(keys(...names)))).toEqual([['trace-deprecated-attribute', seen]])
  })

  test('are listed once with their services, and four of them', () => {
    const names = ['http.url', 'http.url', 'http.flavor', 'db.name', 'db.system', 'net.transport']
    const [[, seen] = ['', '']] = check(
      ...names.map((name, index) => span({ service: `s${index % 2}`, ...keys(name) })),
    )
    expect(seen).toMatch(
      /^s0, s1: http\.url → .*, http\.flavor → .*, db\.name → .*, db\.system → [^,]*, and 1 more$/,
    )
  })

  test('of the resource count', () => {
    expect(check(span({ resource: [{ key: 'deployment.environment', value: 'test' }] }))).toEqual([
      ['trace-deprecated-attribute', 'gateway: deployment.environment → deployment.environment.name'],
    ])
  })
})

describe('secrets', () => {
  const check = (key: string, value: string | number | boolean) =>
    found(checkTraceAttributes(withTrace([span(attribute(key, value))])))

  test.each([
    ['a password by its key', 'app.password', 'correct-horse'],
    ['a header with credentials', 'http.request.header.authorization', 'Basic YTpi'],
    ['an address with user info', 'url.full', 'https://ann:secret@a.example/'],
  ])('%s is one, whose value is not printed', (_, key, value) => {
    const findings = check(key, value)
    expect(findings).toEqual([['trace-secret', `${key} of gateway "GET /"`]])
    expect(JSON.stringify(findings)).not.toContain(value)
  })

  test.each([
    ['an empty value', 'app.password', ''],
    ['a redacted value', 'app.password', 'REDACTED'],
    ['a filtered value', 'app.password', '[Filtered]'],
    ['a value of asterisks', 'app.password', '***'],
    ['a number', 'app.password', 1234],
    ['a boolean', 'app.password', true],
    ['an ordinary value', 'http.route', '/api/:id'],
  ])('%s is none', (_, key, value) => {
    expect(check(key, value)).toEqual([])
  })

  test('are counted by spans', () => {
    const spans = [
      span(attribute('app.password', 'a1b2c3d4')),
      span(attribute('app.password', 'a1b2c3d4')),
      span(),
    ]
    expect(found(checkTraceAttributes(withTrace(spans)))).toEqual([
      ['trace-secret', 'app.password of gateway "GET /", and 1 more'],
    ])
  })
})
