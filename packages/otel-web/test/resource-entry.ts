import { performance } from 'node:perf_hooks'

/** The times of a fetch in milliseconds, by their names in the Fetch standard. All that are absent are 0. */
export interface FetchTimes {
  readonly startTime: number
  readonly redirectStartTime?: number
  readonly redirectEndTime?: number
  readonly domainLookupStartTime?: number
  readonly domainLookupEndTime?: number
  readonly connectionStartTime?: number
  readonly connectionEndTime?: number
  readonly finalNetworkRequestStartTime?: number
  readonly finalNetworkResponseStartTime?: number
  readonly endTime: number
}

export interface EntryOptions {
  readonly url?: string
  readonly initiatorType?: string
  readonly encodedSize?: number
  readonly decodedSize?: number
  /** The ALPN identifier of the protocol. */
  readonly alpn?: string
}

/**
 * Adds an entry to the timeline of the platform and returns it.
 *
 * @see https://w3c.github.io/resource-timing/#dfn-mark-resource-timing
 */
export function addResourceEntry(times: FetchTimes, options: EntryOptions = {}): PerformanceResourceTiming {
  const { url = 'https://shop.example/api', initiatorType = 'fetch', alpn = '' } = options
  const { encodedSize = 0, decodedSize = 0 } = options
  const all = {
    redirectStartTime: 0,
    redirectEndTime: 0,
    postRedirectStartTime: times.startTime,
    finalServiceWorkerStartTime: 0,
    domainLookupStartTime: 0,
    domainLookupEndTime: 0,
    connectionStartTime: 0,
    connectionEndTime: 0,
    secureConnectionStartTime: 0,
    finalNetworkRequestStartTime: 0,
    finalNetworkResponseStartTime: 0,
    ...times,
  }
  const timingInfo = {
    ...all,
    encodedBodySize: encodedSize,
    decodedBodySize: decodedSize,
    finalConnectionTimingInfo: { ...all, ALPNNegotiatedProtocol: alpn },
  }
  // Node's types list fewer members than Node reads.
  const mark = performance.markResourceTiming as (...args: unknown[]) => unknown
  const body = { encodedSize, decodedSize }
  return mark.call(
    performance,
    timingInfo,
    url,
    initiatorType,
    globalThis,
    '',
    body,
    200,
    '',
  ) as PerformanceResourceTiming
}
