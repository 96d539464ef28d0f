import { expect, test } from 'vitest'
import { attribute, EIGHT_O_CLOCK, makeSpan, spanAt, TRACE_ID } from '../../test/otlp.ts'
import { printSpans } from './print-spans.ts'

test('a request is printed in the format of the debug exporter', () => {
  const span = makeSpan({
    traceId: TRACE_ID,
    spanId: '1'.repeat(16),
    parentSpanId: '2'.repeat(16),
    traceState: 'vendor=1',
    name: 'POST /orders',
    kind: 2,
    startTimeUnixNano: String(EIGHT_O_CLOCK),
    endTimeUnixNano: String(EIGHT_O_CLOCK + 123_456_789n),
    attributes: [
      attribute('http.route', '/orders'),
      attribute('count', 3),
      attribute('share', 0.5),
      attribute('cached', false),
      attribute('list', { arrayValue: { values: [{ intValue: '1' }] } }),
      attribute('map', { kvlistValue: { values: [attribute('k', 'v')] } }),
      attribute('bytes', { bytesValue: 'AP8=' }),
      attribute('nothing', {}),
    ],
    droppedAttributesCount: 2,
    events: [
      {
        timeUnixNano: String(EIGHT_O_CLOCK + 1_000_000n),
        name: 'exception',
        attributes: [attribute('exception.type', 'OutOfStock')],
      },
    ],
    links: [{ traceId: 'b'.repeat(32), spanId: '3'.repeat(16), attributes: [attribute('why', 'retry')] }],
    status: { code: 2, message: 'out of stock' },
  })
  const resource = { attributes: [attribute('service.name', 'shop')] }
  const scope = { name: 'test', version: '1.0', attributes: [attribute('team', 'cart')] }
  const schemaUrl = 'https://opentelemetry.io/schemas/1.30.0'
  const request = { resourceSpans: [{ resource, scopeSpans: [{ scope, spans: [span] }], schemaUrl }] }
  expect(printSpans(request)).toBe(
    [
      'ResourceSpans #0',
      'Resource SchemaURL: https://opentelemetry.io/schemas/1.30.0',
      'Resource attributes:',
      '     -> service.name: Str(shop)',
      'ScopeSpans #0',
      'ScopeSpans SchemaURL: ',
      'InstrumentationScope test 1.0',
      'InstrumentationScope attributes:',
      '     -> team: Str(cart)',
      'Span #0',
      `    Trace ID       : ${TRACE_ID}`,
      '    Parent ID      : 2222222222222222',
      '    ID             : 1111111111111111',
      '    Name           : POST /orders',
      '    Kind           : Server',
      '    TraceState     : vendor=1',
      '    Start time     : 2026-11-21 08:00:00 +0000 UTC',
      '    End time       : 2026-11-21 08:00:00.123456789 +0000 UTC',
      '    Status code    : Error',
      '    Status message : out of stock',
      '    DroppedAttributesCount: 2',
      'Attributes:',
      '     -> http.route: Str(/orders)',
      '     -> count: Int(3)',
      '     -> share: Double(0.5)',
      '     -> cached: Bool(false)',
      '     -> list: Slice([1])',
      '     -> map: Map({"k":"v"})',
      '     -> bytes: Bytes(AP8=)',
      '     -> nothing: Empty()',
      'Events:',
      'SpanEvent #0',
      '     -> Name: exception',
      '     -> Timestamp: 2026-11-21 08:00:00.001 +0000 UTC',
      '     -> DroppedAttributesCount: 0',
      '     -> Attributes::',
      '          -> exception.type: Str(OutOfStock)',
      'Links:',
      'SpanLink #0',
      `     -> Trace ID: ${'b'.repeat(32)}`,
      '     -> ID: 3333333333333333',
      '     -> TraceState: ',
      '     -> DroppedAttributesCount: 0',
      '     -> Attributes::',
      '          -> why: Str(retry)',
    ].join('\n'),
  )
})

test('control characters are escaped', () => {
  const span = spanAt(0, 1, {
    name: '\u001b[2J\u0007\r\n\u009b31m',
    attributes: [attribute('\u001b', '\u007f')],
  })
  const printed = printSpans({
    resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ scope: { name: '' }, spans: [span] }] }],
  })
  expect(printed.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
  expect(printed).toContain('    Name           : \\u001b[2J\\u0007\\r\\n\\u009b31m')
  expect(printed).toContain('     -> \\u001b: Str(\\u007f)')
})

test('the maximum time is printed to the nanosecond', () => {
  const printed = printSpans({
    resourceSpans: [
      {
        resource: { attributes: [] },
        scopeSpans: [
          { scope: { name: '' }, spans: [spanAt(0, 1, { endTimeUnixNano: '18446744073709551615' })] },
        ],
      },
    ],
  })
  expect(printed).toContain('    End time       : 2554-07-21 23:34:33.709551615 +0000 UTC')
})
