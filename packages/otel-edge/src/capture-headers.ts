import type { Span } from '@opentelemetry/api'
import { redactText } from '@throughline/otel-shared'
import type { EdgeOptions } from './options.ts'

/** Whatever an allow-list says, these are never recorded: all they hold is secret. */
const NEVER = new Set(['authorization', 'proxy-authorization', 'cookie', 'set-cookie'])

/**
 * Records the headers that the options name.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/http/ (`http.request.header.<key>`)
 */
export function captureHeaders(
  span: Span,
  kind: 'request' | 'response',
  headers: Headers | Readonly<Record<string, string>>,
  { captureHeaders: names }: EdgeOptions,
): void {
  for (const name of names?.[kind] ?? []) {
    const key = name.toLowerCase()
    if (NEVER.has(key)) continue
    const value = headers instanceof Headers ? headers.get(key) : findPlain(headers, key)
    if (value != null) span.setAttribute(`http.${kind}.header.${key}`, [redactText(value)])
  }
}

function findPlain(headers: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.entries(headers).find(([name]) => name.toLowerCase() === key)?.[1]
}
