import { parseTraceparent, SAMPLED_FLAG } from '@throughline/otel-shared'
import { displayUrl } from '../../http/display-url.ts'
import { RequestFailure } from '../../http/failure.ts'
import { headerOf, type Response } from '../../http/request.ts'
import { readTraceparents } from '../parse/server-timing.ts'
import { mayBeShared } from '../parse/shared-cache.ts'
import { type Finding, finding } from '../target/finding.ts'
import type { Target, TracedRequest } from '../target/target.ts'

/** The response to a request with a sampled `traceparent` names a sampled span of the same trace. */
export function checkEdge({ traced }: Target): Finding[] {
  return checkTracedResponse(traced)
}

/** The findings of one traced request. */
function checkTracedResponse(traced: TracedRequest): Finding[] {
  const { url, response } = traced
  const where = displayUrl(url)
  if (response instanceof RequestFailure) {
    const fix = 'Check that the address answers GET requests.'
    return [finding('edge-unreachable', { seen: `${where}: ${response.message}`, fix })]
  }
  const all = readTraceparents(headerOf(response, 'server-timing'))
  const [first] = all
  if (first === undefined) return [withoutTraceparent(where, response)]
  return checkTraceparents(traced, all)
}

/** The findings of the metrics `traceparent` in the `Server-Timing` of a response, of which there is at least one. */
export function checkTraceparents({ url, traceId }: TracedRequest, all: readonly string[]): Finding[] {
  const [first = ''] = all
  const where = displayUrl(url)
  const context = parseTraceparent(first)
  if (!context) {
    const fix = 'Send Server-Timing: traceparent;desc="00-<32 hex digits>-<16 hex digits>-01".'
    return [finding('edge-bad-traceparent', { seen: `${where}: ${JSON.stringify(first)}`, fix })]
  }
  return [
    ...checkDuplicates(where, all),
    ...(context.traceId === traceId
      ? checkSampled(where, context.traceFlags)
      : [newTrace(where, traceId, context.traceId)]),
  ]
}

function withoutTraceparent(where: string, response: Response): Finding {
  if (mayBeShared(response)) {
    const control = headerOf(response, 'cache-control')
    return finding('edge-cached-page', {
      seen: `${where}: ${control === undefined ? 'shared caching is allowed by another header than cache-control' : `cache-control ${control}`}`,
      fix: 'Pass --request with an address that is not cached, such as one of the API.',
    })
  }
  const others = headerOf(response, 'server-timing')
  return finding('edge-no-traceparent', {
    seen: `${where}: Server-Timing ${others === undefined ? 'is absent' : 'has no metric traceparent'}`,
    fix: 'Put tracing() before the handlers of this address, and check that no proxy removes Server-Timing.',
  })
}

function checkDuplicates(where: string, all: readonly string[]): Finding[] {
  if (all.length < 2) return []
  return [
    finding('edge-duplicate-traceparent', {
      seen: `${where}: ${all.join(', ')}`,
      fix: 'Let only one layer send the metric traceparent: remove it from the response of the inner layer, or trace the request in one layer.',
    }),
  ]
}

function newTrace(where: string, sent: string, received: string): Finding {
  return finding('edge-new-trace', {
    seen: `${where}: sent trace ${sent}, the response names ${received}`,
    fix: "Set the option trust of the first worker to 'same-origin', or to a list with the origin of the page, and check that no proxy removes traceparent or sends it twice.",
  })
}

function checkSampled(where: string, traceFlags: number): Finding[] {
  if (traceFlags & SAMPLED_FLAG) return []
  return [
    finding('edge-not-sampled', {
      seen: `${where}: sent flags 01, the response has 0${traceFlags}`,
      fix: 'Use a sampler that follows the caller (parentbased_always_on, parentbased_traceidratio), and check its limit per second.',
    }),
  ]
}
