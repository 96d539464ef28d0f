import type { KeyValue, OtlpSpan, TraceRequest } from '@throughline/otel-shared'
import { ATTR_SERVICE_NAME } from '../trace/semconv.ts'

/** Creates an export request with spans of one service, for the tests of this package. Absent fields get default values. */
export function makeRequest(service: string, ...spans: readonly Partial<OtlpSpan>[]): TraceRequest {
  const attributes: KeyValue[] = [{ key: ATTR_SERVICE_NAME, value: { stringValue: service } }]
  return {
    resourceSpans: [
      {
        resource: { attributes },
        scopeSpans: [{ scope: { name: 'test' }, spans: spans.map((span) => ({ ...SPAN, ...span })) }],
      },
    ],
  }
}

const SPAN: OtlpSpan = {
  traceId: 'a'.repeat(32),
  spanId: '1'.repeat(16),
  name: 'GET /',
  kind: 2,
  startTimeUnixNano: '1000000000',
  endTimeUnixNano: '1100000000',
  attributes: [],
  events: [],
  links: [],
  status: {},
}
