import type { PageGlobals } from '../page-globals.ts'

export interface SendTarget {
  readonly endpoint: string
  readonly headers: Readonly<Record<string, string>>
  readonly globals: PageGlobals
}

/** What became of a request: `retry` may go through later, `refused` never will. */
export interface SendResult {
  readonly outcome: 'sent' | 'retry' | 'refused'
  readonly reason?: string
  /** Status 410: no more is wanted, ever. */
  readonly gone?: boolean
  /** Of a `Retry-After` header. */
  readonly retryAfterMillis?: number
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
    await response.arrayBuffer()
    if (response.ok) return { outcome: 'sent' }
    const retryAfterMillis = parseRetryAfter(response.headers.get('retry-after'))
    return {
      outcome: RETRYABLE.includes(response.status) ? 'retry' : 'refused',
      reason: `status ${response.status}`,
      gone: response.status === 410,
      ...(retryAfterMillis === undefined ? {} : { retryAfterMillis }),
    }
  } catch (error) {
    return { outcome: 'retry', reason: error instanceof Error ? error.message : String(error) }
  } finally {
    globals.clearTimeout(timer)
  }
}

/** Compresses a body, where that can be done. */
export async function compress(body: string): Promise<ArrayBuffer | undefined> {
  try {
    const { readable, writable } = new CompressionStream('gzip')
    const writer = writable.getWriter()
    // Both settle with the reading.
    writer.write(new TextEncoder().encode(body)).catch(nothing)
    writer.close().catch(nothing)
    return await new Response(readable).arrayBuffer()
  } catch {
    return undefined
  }
}

function nothing(): void {}

/** Seconds or a date, in milliseconds from now. */
export function parseRetryAfter(value: string | null): number | undefined {
  if (!value) return undefined
  const seconds = Number(value)
  const millis = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - Date.now()
  return Number.isFinite(millis) ? Math.max(0, millis) : undefined
}
