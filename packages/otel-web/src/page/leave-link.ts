import { type Link, type SpanContext, TraceFlags } from '@opentelemetry/api'

const KEY = 'throughline.left'
const MAX_AGE_MILLIS = 60_000

/** Leaves word for the next page of which action led to it, if one did. Same tab, same origin. */
export function rememberLeaving(action: SpanContext | undefined): void {
  try {
    // The action of the last word may have got a download in place of a page.
    if (!action) sessionStorage.removeItem(KEY)
    else sessionStorage.setItem(KEY, `${action.traceId}.${action.spanId}.${action.traceFlags}.${Date.now()}`)
  } catch {
    // No storage, no link.
  }
}

/** The link to the action that left the last page for this one, told once. */
export function takeLeaveLink(): Link[] | undefined {
  // The first page of a tab follows no other. A tab's storage takes the main thread long to get.
  if (history.length < 2 && document.referrer === '') return undefined
  try {
    const stored = sessionStorage.getItem(KEY)
    sessionStorage.removeItem(KEY)
    const [traceId, spanId, flags, leftMillis] = (stored ?? '').split('.')
    if (!traceId || !spanId || Math.abs(Date.now() - Number(leftMillis)) > MAX_AGE_MILLIS) return undefined
    return [{ context: { traceId, spanId, traceFlags: Number(flags) & TraceFlags.SAMPLED, isRemote: true } }]
  } catch {
    return undefined
  }
}
