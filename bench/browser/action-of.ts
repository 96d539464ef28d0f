import type { SeenSpan } from './decode/seen-span.ts'

/** The maximum time between a root and its click: some products use the earlier pointer event or their own clock. */
const TOLERANCE_MILLIS = 60

/**
 * The actions to which a request's span is assigned. The roots of the span are compared to clicks by their start time, or
 * by their name if they have no time. Empty if no ancestor is an action.
 *
 * @param clicks Unix milliseconds of the page's clicks, by action: `a0`, `b0`, `a1` …
 */
export function actionsOf(
  spanId: string,
  spans: ReadonlyMap<string, SeenSpan>,
  clicks: Readonly<Record<string, number>>,
): readonly string[] {
  const span = spans.get(spanId)
  if (span === undefined) return []
  const seen = new Set([spanId])
  const found = new Set<string>()
  if (span.actionName !== undefined) addIfAny(found, byName(span.actionName, span.startMillis, clicks))
  const open = [...span.parentIds]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const ancestor = spans.get(id)
    if (ancestor === undefined || seen.has(id)) continue
    seen.add(id)
    open.push(...ancestor.parentIds)
    if (ancestor.parentIds.length > 0) continue
    const { startMillis, name } = ancestor
    addIfAny(
      found,
      startMillis > 0 ? byTime(startMillis, clicks) : byName(name, Number.POSITIVE_INFINITY, clicks),
    )
  }
  return [...found]
}

function byTime(startMillis: number, clicks: Readonly<Record<string, number>>): string | undefined {
  return Object.keys(clicks).find(
    (action) => Math.abs((clicks[action] ?? 0) - startMillis) <= TOLERANCE_MILLIS,
  )
}

/** `buy-a` at some time is the last click on "Buy A" before it. */
function byName(name: string, millis: number, clicks: Readonly<Record<string, number>>): string | undefined {
  const letter = /buy[- ]([ab])/i.exec(name)?.[1]?.toLowerCase()
  const before = Object.entries(clicks).filter(
    ([action, at]) => letter !== undefined && action.startsWith(letter) && at <= millis + 1,
  )
  return before.sort(([, left], [, right]) => right - left)[0]?.[0]
}

function addIfAny(set: Set<string>, value: string | undefined): void {
  if (value !== undefined) set.add(value)
}
