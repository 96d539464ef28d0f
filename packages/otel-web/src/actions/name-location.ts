import { redactText } from '@throughline/otel-shared'

// Digits, UUIDs, long hexadecimal strings, and segments too long to be part of a route.
const ID = /^(?:\d+|[0-9a-f]{8}-[0-9a-f-]{27}|(?=.*\d)[0-9a-f]{8,}|.{33,})$/i

/** Replaces path segments that look like ids, so that pages of one kind share one name: `/orders/:id`. */
export function nameLocation(pathname: string): string {
  const segments = pathname.split('/').map((segment) => (ID.test(segment) ? ':id' : segment))
  return redactText(segments.join('/'))
}
