import { redactUrl } from '@throughline/otel-shared'

/** An address for the report: without user info and without the values of its query. */
export function displayUrl(url: URL | string): string {
  return redactUrl(String(url))
}
