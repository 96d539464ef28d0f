import { decodeRejectedCount, type OtlpExportConfig } from '@throughline/otel-shared'
import { nativeFetch } from './native-fetch.ts'
import { warn } from './otel-api.ts'

/** Where OTLP requests are posted, and in which form. */
export interface OtlpReceiver {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly protobuf: boolean
  readonly gzip: boolean
  readonly timeoutMillis: number
}

/** What became of a request. What is refused may not be sent again, what comes at a bad time may. */
export type PostOutcome =
  | { readonly result: 'stored'; readonly rejectedCount: number }
  | { readonly result: 'refused'; readonly status: number }
  | { readonly result: 'busy'; readonly retryAfterMillis?: number | undefined }

/** What the OTLP specification calls retryable. */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504])

/** A receiver by the standard variables; `undefined` when no address is known. */
export function createReceiver(
  config: OtlpExportConfig,
  url: string | undefined = config.url,
): OtlpReceiver | undefined {
  if (url === undefined) return undefined
  const protobuf = config.protocol === 'http/protobuf'
  const gzip = config.compression !== 'none'
  const headers = {
    ...config.headers,
    'content-type': protobuf ? 'application/x-protobuf' : 'application/json',
    ...(gzip ? { 'content-encoding': 'gzip' } : {}),
  }
  return { url, headers, protobuf, gzip, timeoutMillis: config.timeoutMillis ?? 10_000 }
}

/**
 * Posts a request once. Never throws.
 *
 * @param encode gives it as the receiver wants it; called, and its result read, before this function first waits. What
 *   cannot be encoded will not become valid by being sent again.
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
 */
export async function postOtlp(receiver: OtlpReceiver, encode: () => Uint8Array): Promise<PostOutcome> {
  let bytes: Uint8Array
  try {
    bytes = encode()
  } catch {
    return { result: 'refused', status: 400 }
  }
  try {
    const request: RequestInit & { encodeBody: 'manual' } = {
      method: 'POST',
      headers: receiver.headers,
      body: receiver.gzip ? await compressBytes(bytes) : bytes.slice(),
      // Without it the runtime would compress a compressed body once more.
      encodeBody: 'manual',
      signal: AbortSignal.timeout(receiver.timeoutMillis),
    }
    const response = await nativeFetch(receiver.url, request)
    // An unread body keeps its connection, and a worker may hold six.
    const answer = new Uint8Array(await response.arrayBuffer())
    if (response.ok) return { result: 'stored', rejectedCount: rejectedCount(receiver, response, answer) }
    if (!RETRYABLE.has(response.status)) {
      warn(`${receiver.url} answered ${response.status}`)
      return { result: 'refused', status: response.status }
    }
    return { result: 'busy', retryAfterMillis: parseRetryAfter(response.headers.get('retry-after')) }
  } catch {
    // Refused, reset, timed out: the runtime gives plain errors for all of them, and all may pass.
    return { result: 'busy' }
  }
}

/** Whoever stores a part says how much it did not: that part will not become valid by sending it again. */
function rejectedCount({ url }: OtlpReceiver, { headers }: Response, answer: Uint8Array): number {
  const count = decodeRejectedCount(answer, headers.get('content-type') ?? '')
  if (count > 0) warn(`${url} rejected ${count} of what it was sent`)
  return count
}

/** The parts of Node's zlib and process that a worker may or may not have. */
interface NodeProcess {
  getBuiltinModule?(name: 'node:zlib'): {
    gzipSync(bytes: Uint8Array, options: { level: number }): Uint8Array
  }
}

/**
 * Spans repeat themselves: the lowest level takes a fifth of the time of the default one, which is the only one the
 * runtime's own stream has, and gives 7 % more bytes.
 */
async function compressBytes(bytes: Uint8Array): Promise<ArrayBuffer | Uint8Array> {
  const { process } = globalThis as { process?: NodeProcess }
  const zlib = process?.getBuiltinModule?.('node:zlib')
  return zlib
    ? zlib.gzipSync(bytes, { level: 1 })
    : new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer()
}

/** Seconds or a date, as milliseconds from now, a minute at most. One that is not ahead says nothing. */
function parseRetryAfter(value: string | null): number | undefined {
  if (value === null) return undefined
  const seconds = Number(value)
  const millis = Number.isNaN(seconds) ? Date.parse(value) - Date.now() : seconds * 1_000
  return millis > 0 ? Math.min(millis, 60_000) : undefined
}
