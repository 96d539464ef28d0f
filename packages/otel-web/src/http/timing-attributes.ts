import type { Attributes } from '@opentelemetry/api'
import { ATTR_NETWORK_PROTOCOL_VERSION } from '@opentelemetry/semantic-conventions'
import { ATTR_HTTP_RESPONSE_BODY_SIZE, attrTiming } from '../core/semconv.ts'

/**
 * The phases of a request in milliseconds, one attribute each. `queue` is the whole time before the request is sent, so it
 * includes `redirect`, `dns` and `connect`. Phases that did not happen are omitted. OpenTelemetry's fetch instrumentation
 * adds nine span events instead, which take more than twice the bytes of the span.
 */
export function timingAttributes(timing: PerformanceResourceTiming): Attributes {
  const attributes: Attributes = {}
  const add = (phase: string, startMillis: number, endMillis: number) => {
    // A phase that did not happen, or that another origin does not disclose, has times of 0:
    // https://www.w3.org/TR/resource-timing/#sec-cross-origin-resources
    if (startMillis > 0 && endMillis > startMillis) {
      attributes[attrTiming(phase)] = Math.round((endMillis - startMillis) * 10) / 10
    }
  }
  add('redirect', timing.redirectStart, timing.redirectEnd)
  add('dns', timing.domainLookupStart, timing.domainLookupEnd)
  add('connect', timing.connectStart, timing.connectEnd)
  add('queue', timing.startTime, timing.requestStart)
  add('wait', timing.requestStart, timing.responseStart)
  add('receive', timing.responseStart, timing.responseEnd)
  if (timing.encodedBodySize > 0) attributes[ATTR_HTTP_RESPONSE_BODY_SIZE] = timing.encodedBodySize
  if (timing.nextHopProtocol)
    attributes[ATTR_NETWORK_PROTOCOL_VERSION] = timing.nextHopProtocol
      .replace(/^h(?=\d)/, '')
      .replace('http/', '')
  return attributes
}
