import type { Action } from '../actions/action.ts'
import type { ActionTracker } from '../actions/action-tracker.ts'

interface LongAnimationFrame extends PerformanceEntry {
  readonly blockingDuration: number
  /** When the person acted, which a busy page hears of later; 0 without an event of theirs. */
  readonly firstUIEventTimestamp: number
  readonly scripts: readonly {
    readonly duration: number
    readonly invoker: string
    readonly sourceURL: string
    readonly sourceFunctionName: string
  }[]
}

interface InteractionPaint extends PerformanceEntry {
  readonly presentationTime?: number
}

/** Event time stamps are rounded to 0.1 ms. */
const ROUNDING_MILLIS = 0.11

/**
 * Notes long animation frames and the paint of an action's result on the action, where the browser tells of them and
 * it is certain whose they are.
 *
 * @returns stops it.
 */
export function watchFrames(actions: ActionTracker): () => void {
  const stops = [
    observe('long-animation-frame', (entry) => onLongFrame(actions, entry as LongAnimationFrame)),
    observe('interaction-contentful-paint', (entry) => onPaint(actions, entry)),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

function onLongFrame(actions: ActionTracker, frame: LongAnimationFrame): void {
  const end = frame.startTime + frame.duration
  const begin = Math.min(frame.startTime, frame.firstUIEventTimestamp || frame.startTime)
  const within = actions.recent(({ startMillis }) => startMillis >= begin - 1 && startMillis <= end)
  const [action] = within
  if (!action || within.length !== 1 || action.ended) return
  const longest = frame.scripts.reduce<LongAnimationFrame['scripts'][number] | undefined>(
    (most, script) => (script.duration > (most?.duration ?? 0) ? script : most),
    undefined,
  )
  addEvent(actions, action, 'long animation frame', frame.startTime, {
    duration_ms: Math.round(frame.duration),
    blocking_ms: Math.round(frame.blockingDuration),
    ...(longest
      ? {
          'script.duration_ms': Math.round(longest.duration),
          'script.invoker': longest.invoker,
          'url.full': longest.sourceURL,
          'code.function.name': longest.sourceFunctionName,
        }
      : {}),
  })
  action.use()
}

function onPaint(actions: ActionTracker, entry: InteractionPaint): void {
  const [action] = actions.recent(
    ({ startMillis }) => Math.abs(startMillis - entry.startTime) <= ROUNDING_MILLIS,
  )
  const paintedMillis = entry.presentationTime ?? entry.startTime + entry.duration
  if (!action || action.ended || paintedMillis < action.startMillis) return
  addEvent(actions, action, 'interaction contentful paint', paintedMillis, {
    duration_ms: Math.round(paintedMillis - entry.startTime),
  })
  action.painted(paintedMillis)
}

function addEvent(
  actions: ActionTracker,
  { span }: Action,
  name: string,
  atMillis: number,
  attributes: Record<string, string | number>,
): void {
  span.addEvent(name, attributes, actions.dateIn(span.spanContext().traceId, atMillis))
}

function observe(type: string, onEntry: (entry: PerformanceEntry) => void): () => void {
  if (!globalThis.PerformanceObserver?.supportedEntryTypes?.includes(type)) return () => {}
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) onEntry(entry)
  })
  observer.observe({ type, buffered: false })
  return () => observer.disconnect()
}
