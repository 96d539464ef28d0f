export interface PropagationOptions {
  /** Origins besides the page's own that may get `traceparent`, `tracestate` and `baggage`. */
  readonly propagateTo?: readonly string[] | undefined
  /** URLs that get no headers although their origin may. A string is matched as a prefix of the URL or of its path. */
  readonly noPropagate?: readonly (string | RegExp)[] | undefined
}

/** Whether the trace headers of a request are sent, or why not. Shown by the debug console. */
export type PropagationDecision =
  | 'sent'
  | 'foreign origin'
  | 'excluded by noPropagate'
  | 'not http'
  | 'not recording'

/**
 * Decides which requests carry trace headers. Whole origins are compared: `https://shop.example` allows neither
 * `https://shop.example.evil` nor another port.
 */
export function createPropagationPolicy(
  { propagateTo = [], noPropagate = [] }: PropagationOptions,
  pageOrigin: string,
): (url: URL) => PropagationDecision {
  const origins = new Set([pageOrigin, ...propagateTo.flatMap((value) => originOf(value) ?? [])])
  return (url) => {
    if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'not http'
    if (!origins.has(url.origin)) return 'foreign origin'
    return noPropagate.some((pattern) => matches(pattern, url)) ? 'excluded by noPropagate' : 'sent'
  }
}

function originOf(value: string): string | undefined {
  try {
    const { origin } = new URL(value.trim())
    return origin === 'null' ? undefined : origin
  } catch {
    return undefined
  }
}

function matches(pattern: string | RegExp, url: URL): boolean {
  if (typeof pattern === 'string') {
    return pattern !== '' && (url.href.startsWith(pattern) || (url.pathname + url.search).startsWith(pattern))
  }
  pattern.lastIndex = 0
  return pattern.test(url.href)
}
