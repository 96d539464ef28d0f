import type { SpanContext } from '@opentelemetry/api'
import { parseTraceparent } from '@throughline/otel-shared'

/** A token, a string in quotes, or a separator. White space between them has no meaning. */
const PART = /"((?:[^"\\]|\\(?:.|$))*)(?:"|$)|([^\s",;=]+)|([,;=])/gs

/**
 * The descriptions of the metric `traceparent` of a `Server-Timing` header, in order. Of two descriptions of one metric, the first
 * counts.
 *
 * @see https://w3c.github.io/server-timing/#the-server-timing-header-field
 */
export function readTraceparents(header: string | undefined): string[] {
  const found: string[] = []
  let words: string[] = []
  let hasDescription = false
  let separator = ','
  for (const [, quoted, token, next] of (header ?? '').matchAll(PART)) {
    if (next !== undefined) {
      if (next === ',') {
        words = []
        hasDescription = false
      }
      separator = next
      continue
    }
    const word = quoted?.replace(/\\(.)/gs, '$1') ?? token ?? ''
    if (separator === ',') words = [word.toLowerCase()]
    else if (separator === ';') words = [words[0] ?? '', word.toLowerCase()]
    else if (words[0] === 'traceparent' && words[1] === 'desc' && !hasDescription) {
      found.push(word)
      hasDescription = true
    }
    // What follows a word without a separator has no meaning.
    separator = ''
  }
  return found
}

/** The span context of the first metric `traceparent`; `undefined` when it is absent or malformed. */
export function readServerSpan(header: string | undefined): SpanContext | undefined {
  const [first] = readTraceparents(header)
  return first === undefined ? undefined : parseTraceparent(first)
}
