import {
  type DecodeResult,
  decodeTraceRequestJson,
  decodeTraceRequestProtobuf,
  encodeStatusProtobuf,
  encodeTraceResponseJson,
  encodeTraceResponseProtobuf,
  readOtelConfig,
  type TracePartialSuccess,
  type TraceRequest,
} from '@throughline/otel-shared'
import type { Context, Handler } from 'hono'
import { createReceiver } from './otlp-receiver.ts'
import { clientKey, createRateLimit } from './rate-limit.ts'
import { BodyProblem, readBody } from './relay-body.ts'
import {
  busyMillis,
  countSpans,
  DEFAULT_RETRY_MILLIS,
  type ForwardTarget,
  forwardLater,
  forwardOnce,
  heldBytes,
  holding,
  sendToQueue,
} from './relay-forward.ts'
import { cleanSpans } from './relay-spans.ts'
import { lifetimeOf } from './trace-requests.ts'

/** What the relay takes, from whom, and where it passes it on to. */
export interface RelayOptions {
  /** Where batches are posted. Default: OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, or …_ENDPOINT + `/v1/traces`. */
  readonly url?: string
  /** Origins besides the worker's own that may send. Default: none. */
  readonly origins?: readonly string[]
  /** Largest body, decompressed. Default: 1 MiB. */
  readonly maxBytes?: number
  /** Most spans of a batch; those beyond are rejected. Default: 2,000. */
  readonly maxSpans?: number
  /** Batches a client may send in a minute, counted in memory. Default: 1,200. */
  readonly perClientPerMinute?: number
  /** Batches all clients together may send in a minute to one isolate. Default: 6,000. */
  readonly perMinute?: number
  /** Name of a Rate Limiting binding that is asked for each client instead of the count in memory. */
  readonly rateLimit?: string
  /** Answer when the batch is accepted here, or when the collector has stored it. Default: `'accepted'`. */
  readonly ack?: 'accepted' | 'stored'
  /** Names of query parameters whose values stay readable. Default: none. */
  readonly keepQuery?: readonly string[]
  /** Name of a queue binding for batches the collector would not take in time. Default: none. */
  readonly overflowQueue?: string
}

/** Batches that are being tried on in one isolate, before they are cleaned. */
const MAX_HELD_BYTES = 8 * 1024 * 1024
/** When it is worth trying again with a batch that there was no room for. */
const FULL_MILLIS = 1_000

/** gRPC status codes, as OTLP's `Status` has them. */
const INVALID_ARGUMENT = 3
const PERMISSION_DENIED = 7
const RESOURCE_EXHAUSTED = 8
const UNAVAILABLE = 14

/**
 * Takes a page's spans at the page's own origin, cleans them and passes them on to the collector, which need not be
 * public. What it refuses is answered with an OTLP `Status`, what it leaves out is reported as partial success.
 *
 * To be registered before `tracing()`: a trace of each delivery of traces would never end. For pages of other
 * origins, register it for `OPTIONS` too.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
 * @example
 * ```ts
 * app.on(['POST', 'OPTIONS'], '/v1/traces', otlpRelay({ origins: ['https://www.shop.example'] }))
 * ```
 */
export function otlpRelay(options: RelayOptions = {}): Handler {
  const { maxBytes = 1024 * 1024, perClientPerMinute = 1_200, perMinute = 6_000 } = options
  const limitClient = createRateLimit(perClientPerMinute)
  const limitAll = createRateLimit(perMinute)

  return async function otlpRelayHandler(c) {
    const origin = c.req.header('origin')
    const own = new URL(c.req.url).origin
    const isForeign = origin !== undefined && origin !== own
    if (isForeign && !options.origins?.includes(origin)) {
      return refuse(c, 403, PERMISSION_DENIED, 'this origin may not send here')
    }
    if (isForeign) allowOrigin(c, origin)
    if (c.req.method === 'OPTIONS') return c.body(null, 204)

    const client = clientKey(c.req.header('cf-connecting-ip') ?? '')
    const waitMillis = (await limitByBinding(c, options.rateLimit, client)) ?? limitClient(client)
    // What one client is refused does not count against all of them: it could starve the others.
    const tooManyMillis = waitMillis || limitAll('all')
    if (tooManyMillis > 0) return refuse(c, 429, RESOURCE_EXHAUSTED, 'too many batches', tooManyMillis)

    let decoded: DecodeResult
    let sizeBytes: number
    try {
      const body = await readBody(c.req.raw, maxBytes)
      sizeBytes = body.length
      decoded = decode(body, isProtobuf(c), c.req.header('content-type'))
    } catch (error) {
      if (!(error instanceof BodyProblem)) throw error
      const code = error.status === 413 ? RESOURCE_EXHAUSTED : INVALID_ARGUMENT
      return refuse(c, error.status, code, error.message)
    }
    if (!decoded.ok) return refuse(c, 400, INVALID_ARGUMENT, decoded.message)

    const cleaned = cleanSpans(decoded.request, {
      maxSpans: options.maxSpans ?? 2_000,
      keepQuery: options.keepQuery ?? [],
      enrichment: enrichmentOf(c),
      nowMillis: Date.now(),
    })
    const rejectedSpans = decoded.rejectedSpans + cleaned.rejectedSpans
    const errorMessage = decoded.errorMessage ?? cleaned.errorMessage
    const partial = { rejectedSpans, ...(errorMessage === undefined ? {} : { errorMessage }) }
    const target = targetOf(c, options)
    if (!target || countSpans(cleaned.request) === 0) return accept(c, partial)

    const laterMillis = busyMillis(target.receiver)
    const hasRoom = heldBytes() + sizeBytes <= MAX_HELD_BYTES
    // A page that is going has no time to compress, and nobody reads its answer: refused would be lost. Pages of other
    // origins never compress, and do read theirs.
    const isLastWord = !isForeign && !c.req.raw.headers.has('content-encoding')
    const refuseForNow = (retryAfterMillis: number) =>
      refuse(c, 503, UNAVAILABLE, 'the collector takes nothing at present', retryAfterMillis)
    if (options.ack === 'stored') {
      if ((laterMillis > 0 && !isLastWord) || !hasRoom) return refuseForNow(laterMillis || FULL_MILLIS)
      const untilMillis = Date.now() + target.receiver.timeoutMillis
      const outcome = await holding(sizeBytes, untilMillis, forwardOnce(target.receiver, cleaned.request))
      if (outcome.result === 'stored') {
        return accept(c, { ...partial, rejectedSpans: rejectedSpans + outcome.rejectedCount })
      }
      if (outcome.result === 'refused') {
        return refuse(c, 400, INVALID_ARGUMENT, `the collector answered ${outcome.status}`)
      }
      return refuseForNow(outcome.retryAfterMillis ?? DEFAULT_RETRY_MILLIS)
    }
    const takeOn = (request: TraceRequest) => {
      forwardLater(target, request, sizeBytes, lifetimeOf(c))
      return accept(c, partial)
    }
    if (hasRoom && laterMillis === 0) return takeOn(cleaned.request)
    // A page that stays can keep a batch for later, and for longer than a worker can.
    const unqueued = await sendToQueue(target, cleaned.request)
    if (!unqueued) return accept(c, partial)
    // Of a batch that is partly queued, the page would send the queued part again.
    const isPartlyQueued = unqueued !== cleaned.request
    if (hasRoom && (isLastWord || isPartlyQueued)) return takeOn(unqueued)
    return refuseForNow(laterMillis || FULL_MILLIS)
  }
}

function decode(bytes: Uint8Array, protobuf: boolean, contentType = ''): DecodeResult {
  if (protobuf) return decodeTraceRequestProtobuf(bytes)
  // A beacon of a string has no way to say what it is.
  if (!/^(?:application\/json|text\/plain)\b/i.test(contentType)) {
    throw new BodyProblem(415, 'the content-type is neither application/json nor application/x-protobuf')
  }
  try {
    return decodeTraceRequestJson(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes))
  } catch {
    return { ok: false, message: 'the body is not UTF-8' }
  }
}

function isProtobuf(c: Context): boolean {
  return /^application\/x-protobuf\b/i.test(c.req.header('content-type') ?? '')
}

function accept(c: Context, partial: TracePartialSuccess): Response {
  return isProtobuf(c)
    ? c.body(encodeTraceResponseProtobuf(partial), 200, { 'content-type': 'application/x-protobuf' })
    : c.body(encodeTraceResponseJson(partial), 200, { 'content-type': 'application/json' })
}

function refuse(
  c: Context,
  status: 400 | 403 | 413 | 415 | 429 | 503,
  code: number,
  message: string,
  retryAfterMillis?: number,
): Response {
  if (retryAfterMillis !== undefined) c.header('retry-after', String(Math.ceil(retryAfterMillis / 1_000)))
  return isProtobuf(c)
    ? c.body(encodeStatusProtobuf({ code, message }), status, { 'content-type': 'application/x-protobuf' })
    : c.json({ code, message }, status)
}

function allowOrigin(c: Context, origin: string): void {
  c.header('access-control-allow-origin', origin)
  c.header('access-control-allow-methods', 'POST')
  c.header('access-control-allow-headers', 'content-type, content-encoding')
  c.header('access-control-expose-headers', 'retry-after')
  c.header('access-control-max-age', '86400')
  c.header('vary', 'origin', { append: true })
}

async function limitByBinding(
  c: Context,
  name: string | undefined,
  key: string,
): Promise<number | undefined> {
  const binding = name === undefined ? undefined : (c.env as Record<string, RateLimitBinding>)[name]
  if (!binding) return undefined
  try {
    const { success } = await binding.limit({ key })
    return success ? 0 : 10_000
  } catch {
    // The limit is there for the relay, not the other way round: the count in memory takes its place.
    return undefined
  }
}

interface RateLimitBinding {
  limit(options: { key: string }): Promise<{ success: boolean }>
}

function targetOf(c: Context, options: RelayOptions): ForwardTarget | undefined {
  const env = (c.env ?? {}) as Record<string, unknown>
  const receiver = createReceiver(readOtelConfig(env).traces, options.url)
  if (!receiver) return undefined
  const queue = options.overflowQueue === undefined ? undefined : env[options.overflowQueue]
  return { receiver, overflowQueue: queue as Pick<Queue, 'send'> | undefined }
}

/** What the edge knows of a page's visitor and the page does not: where roughly, never the address. */
function enrichmentOf(c: Context): Record<string, string> {
  const { cf } = c.req.raw as { cf?: { country?: unknown; colo?: unknown } }
  return {
    ...(typeof cf?.country === 'string' ? { 'geo.country.iso_code': cf.country } : {}),
    ...(typeof cf?.colo === 'string' ? { 'cloudflare.colo': cf.colo } : {}),
  }
}
