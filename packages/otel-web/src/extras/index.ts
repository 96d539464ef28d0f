import type { Tracer } from '@opentelemetry/api'
import type { Action } from '../actions/action.ts'
import type { ActionTracker } from '../actions/action-tracker.ts'
import type { TraceClock } from '../clock.ts'
import type { Delivery } from '../export/delivery.ts'
import { createSpanStore } from '../export/span-store.ts'
import { guarded } from '../guarded.ts'
import type { TracingOptions } from '../options.ts'
import { createDebugConsole, type DebugConsole } from './debug.ts'
import { watchFrames } from './frames.ts'
import { collectWebVitals, type WebVitals } from './web-vitals.ts'

const MAX_STORED_BYTES = 5_000_000
const MAX_STORED_AGE_MILLIS = 24 * 3_600_000

/** What the extras work on. */
export interface ExtrasParts {
  readonly options: TracingOptions
  readonly delivery: Delivery
  readonly actions: ActionTracker
  readonly tracer: Tracer
  readonly clock: TraceClock
  readonly pageLoad: Action
}

export interface RunningExtras {
  readonly debug: DebugConsole | undefined
  readonly vitals: WebVitals | undefined
  readonly stop: (() => void) | undefined
}

/** What a page does not need at once, in a chunk of its own. */
export interface Extras {
  start(parts: ExtrasParts): RunningExtras
}

export const extras: Extras = {
  start({ options, delivery, actions, tracer, clock, pageLoad }) {
    const maxBytes = options.maxStoredBytes ?? MAX_STORED_BYTES
    const maxAgeMillis = options.maxStoredAgeMillis ?? MAX_STORED_AGE_MILLIS
    // One failing piece stops none of the others.
    guarded(() => {
      if (maxBytes > 0) delivery.setStore(createSpanStore({ maxBytes, maxAgeMillis }))
    })
    const { debug } = options
    return {
      debug: guarded(() => (debug ? createDebugConsole(debug) : undefined)),
      vitals: guarded(() => collectWebVitals(tracer, clock, pageLoad)),
      stop: guarded(() => watchFrames(actions)),
    }
  },
}
