import { redactUrl } from '@throughline/otel-shared'

/** An address for the report: without user info, and with the values of its query redacted. */
export function displayUrl(url: URL | string): string {
  return redactUrl(String(url))
}
