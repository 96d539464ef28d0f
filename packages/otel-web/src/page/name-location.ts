import { redactPath } from '@throughline/otel-shared'

// Digits, UUIDs, long hex and anything else too long to be a word of a route.
const ID = /^(?:\d+|[0-9a-f]{8}-[0-9a-f-]{27}|(?=.*\d)[0-9a-f]{8,}|.{33,})$/i

/** A path with what looks like ids taken out, so that pages of one kind have one name: `/orders/:id`. */
export function nameLocation(pathname: string): string {
  const segments = pathname.split('/').map((segment) => (ID.test(segment) ? ':id' : segment))
  return redactPath(segments.join('/'))
}
