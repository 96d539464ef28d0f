import { ATTR_CODE_FUNCTION_NAME, ATTR_URL_FULL } from '@opentelemetry/semantic-conventions'
import type { Action } from '../../actions/action.ts'
import type { ActionTracker } from '../../actions/action-tracker.ts'
import type { TraceClock } from '../../core/clock.ts'
import { ATTR_SCRIPT_DURATION, ATTR_SCRIPT_INVOKER } from '../../core/semconv.ts'
import type { PageGlobals } from '../../platform/page-globals.ts'
import { stopAll } from '../../platform/stop-all.ts'

interface LongAnimationFrame extends PerformanceEntry {
  readonly blockingDuration: number
  /** The time stamp of the first input event in the frame; 0 without one. A busy page handles that event later. */
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

/** The dependencies of {@link watchFrames}; the page SDK implements them. */
export interface FramesParts {
  readonly actions: ActionTracker
  readonly clock: TraceClock
  readonly globals: PageGlobals
}

/**
 * How long an action that has caused nothing but a long frame stays open. The frame may come from the evaluation of code
 * that the action imports, whose requests follow.
 */
const MAX_IMPORT_MILLIS = 2000

/** Event time stamps are rounded to 0.1 ms. */
const ROUNDING_MILLIS = 0.11

/**
 * Records long animation frames, and the paint of an action's result, as events of the action. Does so only if the
 * browser reports them and exactly one action fits.
 *
 * @returns stops observing
 */
export function watchFrames(sdk: FramesParts): () => void {
  const stops = [
    observe('long-animation-frame', (entry) => onLongFrame(sdk, entry as LongAnimationFrame)),
    observe('interaction-contentful-paint', (entry) => onPaint(sdk, entry)),
  ]
  return stopAll(stops)
}

function onLongFrame({ actions, clock, globals }: FramesParts, frame: LongAnimationFrame): void {
  const end = frame.startTime + frame.duration
  const begin = Math.min(frame.startTime, frame.firstUIEventTimestamp || frame.startTime)
  const within = actions.recent(({ startMillis }) => startMillis >= begin - 1 && startMillis <= end)
  const [action] = within
  if (!action || within.length !== 1 || action.ended) return
  const longest = frame.scripts.reduce<LongAnimationFrame['scripts'][number] | undefined>(
    (most, script) => (script.duration > (most?.duration ?? 0) ? script : most),
    undefined,
  )
  const atMillis = frame.startTime
  addEvent(
    clock,
    action,
    { name: 'long animation frame', atMillis },
    {
      duration_ms: Math.round(frame.duration),
      blocking_ms: Math.round(frame.blockingDuration),
      ...(longest
        ? {
            [ATTR_SCRIPT_DURATION]: Math.round(longest.duration),
            [ATTR_SCRIPT_INVOKER]: longest.invoker,
            [ATTR_URL_FULL]: longest.sourceURL,
            [ATTR_CODE_FUNCTION_NAME]: longest.sourceFunctionName,
          }
        : {}),
    },
  )
  const evaluation = {}
  if (!action.used) {
    action.wait(evaluation)
    globals.setTimeout(() => action.done(evaluation), MAX_IMPORT_MILLIS)
  }
  action.use()
}

function onPaint({ actions, clock }: FramesParts, entry: InteractionPaint): void {
  const [action] = actions.recent(
    ({ startMillis }) => Math.abs(startMillis - entry.startTime) <= ROUNDING_MILLIS,
  )
  const paintedMillis = entry.presentationTime ?? entry.startTime + entry.duration
  if (!action || action.ended || paintedMillis < action.startMillis) return
  addEvent(
    clock,
    action,
    { name: 'interaction contentful paint', atMillis: paintedMillis },
    {
      duration_ms: Math.round(paintedMillis - entry.startTime),
    },
  )
  action.extendTo(paintedMillis)
}

function addEvent(
  clock: TraceClock,
  { span }: Action,
  { name, atMillis }: { readonly name: string; readonly atMillis: number },
  attributes: Record<string, string | number>,
): void {
  span.addEvent(name, attributes, clock.at(span.spanContext().traceId, atMillis))
}

function observe(type: string, onEntry: (entry: PerformanceEntry) => void): () => void {
  if (!globalThis.PerformanceObserver?.supportedEntryTypes?.includes(type)) return () => {}
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) onEntry(entry)
  })
  observer.observe({ type, buffered: false })
  return () => observer.disconnect()
}
