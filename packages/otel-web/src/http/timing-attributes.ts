import type { Attributes } from '@opentelemetry/api'

/**
 * The phases of a request in one attribute each, in milliseconds; those that did not happen are left out. Nine events
 * with a time each, as the stock instrumentation has them, are more than twice the bytes of the span itself.
 */
export function timingAttributes(timing: PerformanceResourceTiming): Attributes {
  const attributes: Attributes = {}
  const add = (phase: string, startMillis: number, endMillis: number) => {
    if (endMillis > 0 && endMillis > startMillis) {
      attributes[`throughline.timing.${phase}_ms`] = Math.round((endMillis - startMillis) * 10) / 10
    }
  }
  add('redirect', timing.redirectStart, timing.redirectEnd)
  add('dns', timing.domainLookupStart, timing.domainLookupEnd)
  add('connect', timing.connectStart, timing.connectEnd)
  add('queue', timing.startTime, timing.requestStart)
  add('wait', timing.requestStart, timing.responseStart)
  add('receive', timing.responseStart, timing.responseEnd)
  if (timing.encodedBodySize > 0) attributes['http.response.body.size'] = timing.encodedBodySize
  if (timing.nextHopProtocol)
    attributes['network.protocol.version'] = timing.nextHopProtocol
      .replace(/^h(?=\d)/, '')
      .replace('http/', '')
  return attributes
}
