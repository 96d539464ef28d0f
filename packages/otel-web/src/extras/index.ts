import { createSpanStore } from '../export/span-store.ts'
import { createDebugConsole } from './debug.ts'
import { watchFrames } from './frames.ts'
import { collectWebVitals } from './web-vitals.ts'

/** What a page does not need at once, in a chunk of its own. */
export interface Extras {
  readonly createSpanStore: typeof createSpanStore
  readonly createDebugConsole: typeof createDebugConsole
  readonly watchFrames: typeof watchFrames
  readonly collectWebVitals: typeof collectWebVitals
}

export const extras: Extras = { createSpanStore, createDebugConsole, watchFrames, collectWebVitals }
