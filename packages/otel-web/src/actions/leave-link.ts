import { type Link, type SpanContext, TraceFlags } from '@opentelemetry/api'
import { readDocument } from '../platform/document.ts'

const KEY = 'throughline.left'
const MAX_AGE_MILLIS = 60_000

/** Stores the action that navigates away, for the next page of the same origin in this tab. */
export function rememberLeaving(action: SpanContext | undefined): void {
  try {
    // The previous action may have started a download instead of a navigation.
    if (!action) sessionStorage.removeItem(KEY)
    else sessionStorage.setItem(KEY, `${action.traceId}.${action.spanId}.${action.traceFlags}.${Date.now()}`)
  } catch {
    // Without `sessionStorage` there is no link.
  }
}

/** Returns the link to the action that led to this page, and removes it from storage. */
export function takeLeaveLink(): Link[] | undefined {
  // The first page of a tab has no predecessor. The first access to `sessionStorage` blocks the main thread, so it is
  // avoided.
  if (history.length < 2 && readDocument('referrer') === '') return undefined
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
