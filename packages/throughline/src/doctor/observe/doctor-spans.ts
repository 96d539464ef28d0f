import { ATTR_SERVICE_NAME, ATTR_URL_FULL, toKeyValues } from '@throughline/otel-shared'
import { displayUrl } from '../../http/display-url.ts'
import { RequestFailure } from '../../http/failure.ts'
import type { TracedRequest } from '../target/target.ts'
import { DOCTOR_SERVICE } from '../trace/doctor-service.ts'
import { ATTR_HTTP_REQUEST_METHOD, ATTR_HTTP_STATUS } from '../trace/semconv.ts'

const INTERNAL = 1
const CLIENT = 3

/** The root span of the doctor's trace. */
export interface RootSpan {
  readonly traceId: string
  readonly spanId: string
  /** In Unix milliseconds. */
  readonly startMillis: number
  readonly endMillis: number
}

/** An export of the doctor's own spans as OTLP JSON: a root, and a client span for each traced request. */
export function doctorExport(root: RootSpan, requests: readonly TracedRequest[]): string {
  const spans = [rootSpan(root), ...requests.flatMap((request) => clientSpan(root, request))]
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: toKeyValues({ [ATTR_SERVICE_NAME]: DOCTOR_SERVICE }) },
        scopeSpans: [{ scope: { name: DOCTOR_SERVICE }, spans }],
      },
    ],
  })
}

function rootSpan({ traceId, spanId, startMillis, endMillis }: RootSpan) {
  return {
    ...{ traceId, spanId, name: 'throughline doctor', kind: INTERNAL, flags: 1 },
    ...{ startTimeUnixNano: nanos(startMillis), endTimeUnixNano: nanos(endMillis) },
    attributes: [],
  }
}

function clientSpan(root: RootSpan, { traceId, spanId, url, response }: TracedRequest) {
  if (response instanceof RequestFailure || traceId !== root.traceId) return []
  const { status, sentMillis, receivedMillis } = response
  return [
    {
      ...{ traceId, spanId, parentSpanId: root.spanId, name: 'GET', kind: CLIENT, flags: 1 },
      ...{ startTimeUnixNano: nanos(sentMillis), endTimeUnixNano: nanos(receivedMillis) },
      attributes: toKeyValues({
        [ATTR_HTTP_REQUEST_METHOD]: 'GET',
        [ATTR_URL_FULL]: displayUrl(url),
        [ATTR_HTTP_STATUS]: status,
      }),
    },
  ]
}

function nanos(millis: number): string {
  return `${Math.round(millis * 1_000)}000`
}
