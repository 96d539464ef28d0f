import type { Span } from '@opentelemetry/api'
import { isSecretKey, redactText } from '@throughline/otel-shared'
import type { EdgeOptions } from './options.ts'

/**
 * Records the headers that the options name. Whatever they name, credentials, cookies and other secrets never.
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
    const value = new Headers(headers).get(name)
    if (value !== null && !isSecretKey(name)) {
      span.setAttribute(`http.${kind}.header.${name.toLowerCase()}`, [redactText(value)])
    }
  }
}
