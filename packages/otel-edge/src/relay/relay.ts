import { decodeTraceRequest, type TracePartialSuccess, type TraceRequest } from '@throughline/otel-shared'
import type { Handler } from 'hono'
import { checkBinding, checkNumbers } from '../config/check-options.ts'
import { checkOrigins } from '../config/check-origins.ts'
import { activeContext } from '../core/context.ts'
import { getInvocation } from '../core/invocation.ts'
import { ATTR_COLO, ATTR_COUNTRY } from '../core/semconv.ts'
import { withoutTracing } from '../core/suppress-tracing.ts'
import type { WaitUntil } from '../core/wait-until.ts'
import type { OtlpEndpoint } from '../export/otlp-endpoint.ts'
import { tracesEndpoint } from '../export/traces-endpoint.ts'
import { lifetimeOf } from '../hono/lifetime.ts'
import { EdgeSpan } from '../trace/edge-span.ts'
import { createClientLimits } from './client-limits.ts'
import {
  busyMillis,
  countSpans,
  DEFAULT_RETRY_MILLIS,
  type ForwardTarget,
  forwardOnce,
  retryUntil,
  sendToQueue,
} from './forward.ts'
import { createInFlight } from './in-flight.ts'
import { BodyProblem, readBody } from './read-body.ts'
import type { RelayContext } from './relay-context.ts'
import type { RelayOptions } from './relay-options.ts'
import { accept, allowOrigin, refuse, requireEncoding } from './relay-response.ts'
import { type SanitizeResult, sanitizeSpans } from './sanitize-spans.ts'

const NUMBER_OPTIONS = ['maxBytes', 'maxSpans', 'perClientPerMinute', 'bytesPerClientPerMinute', 'perMinute']

/** The initial value of `lastEnv`, which no request has as its environment. */
const NO_ENV = {}

/** The maximum size of the batches that are being sent. */
const MAX_IN_FLIGHT_BYTES = 8 * 1024 * 1024
/** The `Retry-After` when a batch would exceed that size. */
const FULL_MILLIS = 1_000
/** How long a batch is retried. `waitUntil` lasts 30 s after the response. */
const BUDGET_MILLIS = 25_000

/**
 * Receives the spans of pages at the origin of the page, sanitizes them and forwards them to the collector, which need not be
 * public. The response to a refused batch is an OTLP `Status`. If single spans are rejected, it is a partial success.
 *
 * The spans get `throughline.relayed=true` on their resource, since anyone can send them; a sender cannot set or remove the
 * attribute. The requests of the relay itself are not traced. For pages of other origins, register it for `OPTIONS` too.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
 * @example
 * ```ts
 * app.on(['POST', 'OPTIONS'], '/v1/traces', otlpRelay({ origins: ['https://www.shop.example'] }))
 * ```
 */
export function otlpRelay(options: RelayOptions = {}): Handler {
  const relay = createRelay(options)
  return function otlpRelayHandler(c) {
    return relay(c, lifetimeOf(c))
  }
}

/** Answers a request with spans, and keeps its invocation alive until they are forwarded. */
type Relay = (c: RelayContext, lifetime: WaitUntil) => Promise<Response>

/** Creates the relay of a route, or of a worker without Hono. */
export function createRelay(given: RelayOptions): Relay {
  const options = checkNumbers(given, NUMBER_OPTIONS)
  const { maxBytes = 1024 * 1024, maxSpans = 2_000, keepQuery = [], serviceNames, ack } = options
  const limits = createClientLimits(options)
  const origins = checkOrigins('origins', options.origins ?? [])
  const inFlight = createInFlight()
  let lastEnv: unknown = NO_ENV
  let endpoint: OtlpEndpoint | undefined

  return (c, lifetime) => {
    discardServerSpan()
    return withoutTracing(() => relay(c, lifetime))
  }

  async function relay(c: RelayContext, lifetime: WaitUntil): Promise<Response> {
    const origin = c.req.header('origin')
    const isForeign = origin !== undefined && origin !== new URL(c.req.url).origin
    if (isForeign && !origins.includes(origin)) return refuse(c, 403, 'this origin may not send here')
    if (isForeign) allowOrigin(c, origin)
    if (c.req.method === 'OPTIONS') return c.body(null, 204)

    const tooManyMillis = await limits.batch(c)
    if (tooManyMillis > 0) return refuse(c, 429, 'too many batches', tooManyMillis)
    const batch = await readBatch(c)
    if (batch instanceof Response) return batch
    if (c.env !== lastEnv) {
      endpoint = tracesEndpoint(c.env, options.url, 'otlpRelay url')
      lastEnv = c.env
      for (const name of ['rateLimit', 'overflowQueue'] as const) {
        if (options[name] !== undefined) checkBinding(name, options[name], c.env as object)
      }
    }
    const target = targetOf(c, endpoint, options.overflowQueue)
    if (!target || countSpans(batch.request) === 0) return accept(c, batch.partial)
    // An unloading page does not compress its batch, cannot retry and does not read the response. Pages of other origins never
    // compress, so an uncompressed batch is the last one only if it is of the same origin.
    const isLast = !isForeign && !c.req.raw.headers.has('content-encoding')
    return ack === 'stored' ? store(c, target, batch, isLast) : takeOn(c, { target, batch, isLast, lifetime })
  }

  /** The sanitized spans of a request, or the response that refuses it. */
  async function readBatch(c: RelayContext): Promise<Batch | Response> {
    try {
      const body = await readBody(c.req.raw, maxBytes)
      const tooManyMillis = limits.bytes(c, body.length)
      if (tooManyMillis > 0) return refuse(c, 429, 'too many bytes', tooManyMillis)
      const decoded = decodeTraceRequest(body, requireEncoding(c))
      if (!decoded.ok) return refuse(c, decoded.isTooLarge ? 413 : 400, decoded.message)
      const enrichment = enrichmentOf(c)
      const sanitized = sanitizeSpans(decoded.request, {
        maxSpans,
        keepQuery,
        serviceNames,
        enrichment,
        nowMillis: Date.now(),
      })
      const errorMessage = decoded.errorMessage ?? sanitized.errorMessage
      const rejectedSpans = decoded.rejectedSpans + sanitized.rejectedSpans
      return {
        request: sanitized.request,
        sizeBytes: body.length,
        partial: { rejectedSpans, ...(errorMessage === undefined ? {} : { errorMessage }) },
      }
    } catch (error) {
      if (error instanceof BodyProblem) return refuse(c, error.status, error.message)
      throw error
    }
  }

  /** With `ack: 'stored'`: answers when the collector has stored the batch. */
  async function store(
    c: RelayContext,
    { endpoint: to }: ForwardTarget,
    { request, sizeBytes, partial }: Batch,
    isLast: boolean,
  ): Promise<Response> {
    const laterMillis = busyMillis(to)
    if ((laterMillis > 0 && !isLast) || !hasRoom(sizeBytes))
      return refuseForNow(c, laterMillis || FULL_MILLIS)
    const untilMillis = Date.now() + to.timeoutMillis
    const outcome = await inFlight.track(sizeBytes, untilMillis, forwardOnce(to, request))
    if (outcome.outcome === 'sent') {
      return accept(c, { ...partial, rejectedSpans: partial.rejectedSpans + (outcome.rejectedCount ?? 0) })
    }
    if (outcome.outcome === 'refused') return refuse(c, 400, `the collector answered ${outcome.status}`)
    return refuseForNow(c, outcome.retryAfterMillis ?? DEFAULT_RETRY_MILLIS)
  }

  /** Answers at once, and forwards the batch after the response. */
  async function takeOn(
    c: RelayContext,
    { target, batch, isLast, lifetime }: AcceptedBatch,
  ): Promise<Response> {
    const { request, sizeBytes, partial } = batch
    const laterMillis = busyMillis(target.endpoint)
    const isAccepted = hasRoom(sizeBytes)
    const forwardLater = (rest: TraceRequest) => {
      const untilMillis = Date.now() + BUDGET_MILLIS
      lifetime.waitUntil(inFlight.track(sizeBytes, untilMillis, retryUntil(target, rest, untilMillis)))
      return accept(c, partial)
    }
    if (isAccepted && laterMillis === 0) return forwardLater(request)
    // The collector is busy. The batch is sent to the queue or else refused: a page can keep it for longer than a worker.
    const unqueued = await sendToQueue(target, request)
    if (!unqueued) return accept(c, partial)
    // After a refusal, the page would send the whole batch again, although the queue has accepted a part of it.
    const isPartlyQueued = unqueued !== request
    if (isAccepted && (isLast || isPartlyQueued)) return forwardLater(unqueued)
    return refuseForNow(c, laterMillis || FULL_MILLIS)
  }

  function hasRoom(sizeBytes: number): boolean {
    return inFlight.sizeBytes() + sizeBytes <= MAX_IN_FLIGHT_BYTES
  }
}

interface Batch extends Pick<SanitizeResult, 'request'> {
  readonly sizeBytes: number
  readonly partial: TracePartialSuccess
}

interface AcceptedBatch {
  readonly target: ForwardTarget
  readonly batch: Batch
  /** The page cannot send the batch again. */
  readonly isLast: boolean
  readonly lifetime: WaitUntil
}

function refuseForNow(c: RelayContext, retryAfterMillis: number): Response {
  return refuse(c, 503, 'the collector takes nothing at present', retryAfterMillis)
}

/** Discards the server span that `instrument()` or `tracing()` has started for this request. */
function discardServerSpan(): void {
  const server = getInvocation(activeContext())?.server
  if (server?.span instanceof EdgeSpan) server.span.record = undefined
}

function targetOf(
  c: RelayContext,
  endpoint: OtlpEndpoint | undefined,
  overflowQueue?: string,
): ForwardTarget | undefined {
  if (!endpoint) return undefined
  const queue = overflowQueue === undefined ? undefined : (c.env as Record<string, unknown>)[overflowQueue]
  return { endpoint, overflowQueue: queue as Pick<Queue, 'send'> | undefined }
}

/** The attributes that the edge adds: the visitor's country and the data center. The IP address is not recorded. */
function enrichmentOf(c: RelayContext): Record<string, string> {
  const { cf } = c.req.raw as { cf?: { country?: unknown; colo?: unknown } }
  return {
    ...(typeof cf?.country === 'string' ? { [ATTR_COUNTRY]: cf.country } : {}),
    ...(typeof cf?.colo === 'string' ? { [ATTR_COLO]: cf.colo } : {}),
  }
}
