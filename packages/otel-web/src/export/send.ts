import type { PageGlobals } from '../page-globals.ts'

export interface SendTarget {
  readonly endpoint: string
  readonly headers: Readonly<Record<string, string>>
  readonly globals: PageGlobals
}

/** What became of a request: `retry` may go through later, `refused` never will. */
export interface SendResult {
  readonly outcome: 'sent' | 'retry' | 'refused'
  readonly reason?: string | undefined
  /** How many spans of a batch that was sent the collector did not take. */
  readonly rejected?: number
  /** Status 410: no more is wanted, ever. */
  readonly gone?: boolean
  /** Of a `Retry-After` header. */
  readonly retryAfterMillis?: number | undefined
}

const TIMEOUT_MILLIS = 10_000
// https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes
const RETRYABLE = [429, 502, 503, 504]

export interface PostOptions {
  readonly isCompressed?: boolean
  /** The request outlives the page. */
  readonly keepalive: boolean
}

/** Posts an OTLP JSON body; nothing asynchronous happens before the request is under way. Never rejects. */
export async function post(
  { endpoint, globals, headers }: SendTarget,
  body: BodyInit,
  { isCompressed, keepalive }: PostOptions,
): Promise<SendResult> {
  const abort = new AbortController()
  const timer = globals.setTimeout(() => abort.abort(), TIMEOUT_MILLIS)
  try {
    const response = await globals.fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...headers,
        ...(isCompressed ? { 'content-encoding': 'gzip' } : {}),
      },
      body,
      keepalive,
      priority: 'low',
      signal: abort.signal,
    })
    // Chromium gives the quota of keepalive back only once the answer was read.
    const answer = await response.text()
    if (response.ok) return parsePartialSuccess(answer)
    return {
      outcome: RETRYABLE.includes(response.status) ? 'retry' : 'refused',
      reason: `status ${response.status}`,
      gone: response.status === 410,
      retryAfterMillis: parseRetryAfter(response.headers.get('retry-after')),
    }
  } catch (error) {
    return { outcome: 'retry', reason: error instanceof Error ? error.message : String(error) }
  } finally {
    globals.clearTimeout(timer)
  }
}

/** Most answers are empty; all that matters in the others is a number, or as a string of digits what JSON has no room for. */
// https://opentelemetry.io/docs/specs/otlp/#partial-success-1
export function parsePartialSuccess(answer: string): SendResult {
  const rejected = Number(/"rejectedSpans"\s*:\s*"?(\d+)/.exec(answer)?.[1] ?? 0)
  return { outcome: 'sent', rejected, reason: rejected ? 'partial success' : undefined }
}

/**
 * Compresses a body, where that can be done. Collectors of another origin get it as it is: `Content-Encoding` needs their
 * leave (CORS), which the stock receiver does not give.
 */
export async function compress(body: string, { endpoint }: SendTarget): Promise<ArrayBuffer | undefined> {
  try {
    if (new URL(endpoint).origin !== location.origin) return undefined
    const compressed = new Response(body).body?.pipeThrough(new CompressionStream('gzip'))
    return compressed && (await new Response(compressed).arrayBuffer())
  } catch {
    return undefined
  }
}

/** Seconds or a date, in milliseconds from now. One that is not ahead says nothing. */
export function parseRetryAfter(value: string | null): number | undefined {
  if (!value) return undefined
  const seconds = Number(value)
  const millis = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - Date.now()
  return millis > 0 ? millis : undefined
}
