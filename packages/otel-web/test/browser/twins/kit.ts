/** The tools of a case. Each case has its own URLs, so that the server can identify its requests. */
export interface Kit {
  /** A URL of the page's origin. The query selects the response of the test server. */
  readonly url: (query?: string) => string
  /** The same on another origin, which gets no trace headers. */
  readonly foreign: (query?: string) => string
  /** Records one step. The order of the steps is part of the result. */
  readonly log: (entry: unknown) => void
  readonly wait: (millis: number) => Promise<void>
  /** Records the settlement of a promise without awaiting it. */
  readonly settle: (label: string, promise: Promise<unknown>) => Promise<void>
}

/** Code of a page that must have the same result with and without tracing. */
export type Case = (kit: Kit) => unknown
export type Cases = Readonly<Record<string, Case>>

/** Describes a result as text, with everything that a page can observe of it. */
export function show(value: unknown, depth = 0): unknown {
  if (value === undefined) return 'undefined'
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value
  if (typeof value === 'string')
    return value.replaceAll(/<script[\s\S]*?<\/script>|[\da-f]{8}-[\da-f-]{27}/g, '')
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value)
  if (typeof value === 'function') return `function ${value.name}/${value.length}`
  if (depth > 4) return '…'
  // Chromium has two forms of this message.
  if (value instanceof Error) {
    return `${value.name}: ${value.message.replace("Failed to execute 'json' on 'Response': ", '')}`
  }
  if (value instanceof Response) {
    const { status, url, type, redirected, ok, statusText, bodyUsed } = value
    const headers = [...value.headers].filter(([name]) => !VOLATILE.test(name))
    return { status, url: show(url), type, redirected, ok, statusText, bodyUsed, headers }
  }
  if (value instanceof Headers) return [...value]
  if (value instanceof Event) return `event ${value.type} trusted ${value.isTrusted}`
  if (value instanceof Blob) return `${value.constructor.name} ${value.size} ${value.type}`
  if (value instanceof ArrayBuffer) return `ArrayBuffer ${[...new Uint8Array(value).subarray(0, 64)]}`
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} ${value.byteLength}`
  if (value instanceof FormData) return [...value].map((pair) => show(pair, depth + 1))
  if (Array.isArray(value)) return value.map((item) => show(item, depth + 1))
  if (Object.prototype.toString.call(value) !== '[object Object]')
    return Object.prototype.toString.call(value)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, show(item, depth + 1)]))
}

const VOLATILE = /^(date|server-timing|keep-alive|connection)$/
